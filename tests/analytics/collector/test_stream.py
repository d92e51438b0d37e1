"""What Valkey took stays there until it is stored; while it is away, a process holds what it can."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from analytics import ids
from analytics.collector import stream
from analytics.collector.stream import Entry, Put, Unreadable
from tests.ai_routing.valkey_server import ValkeyServer
from tests.analytics.visits import forget_all, tell, waiting

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def entry(**fields: Any) -> Entry:
    return Entry(**{"id": ids.fresh(NOW), "event": "content.edited", "version": 1, "data": {}, "at": NOW, **fields})


@pytest.fixture
def own_server(settings: Any) -> Iterator[ValkeyServer]:
    """A Valkey that only this test uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = ValkeyServer(free.getsockname()[1])
    server.start()
    settings.REDIS_URL = server.url
    forget_all()
    yield server
    server.kill()
    forget_all()


def test_an_entry_is_read_as_it_was_put() -> None:
    for one in (entry(handle="nadia"), entry(user_id=7, data={"a": "é\u2028"}), entry()):
        assert stream.unpacked(one.packed()) == one


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "{}",
        "[]",
        "null",
        "[1,2,3,4,5,6,7]",
        json.dumps(["not-an-id", "content.edited", 1, {}, 0, None, None]),
        json.dumps([str(UUID(int=0)), 5, 1, {}, 0, None, None]),
        json.dumps([str(UUID(int=0)), "content.edited", "1", {}, 0, None, None]),
        json.dumps([str(UUID(int=0)), "content.edited", 1, [], 0, None, None]),
        json.dumps([str(UUID(int=0)), "content.edited", 1, {}, 10**18, None, None]),
        json.dumps([str(UUID(int=0)), "content.edited", 1, {}, 0, "1", None]),
        json.dumps([str(UUID(int=0)), "content.edited", 1, {}, 0, None, 5]),
    ],
)
def test_what_is_no_event_is_told_apart(packed: str) -> None:
    with pytest.raises(Unreadable):
        stream.unpacked(packed)


def test_a_full_stream_refuses_and_counts_what_it_refused(settings: Any) -> None:
    settings.VISITS_KEPT = 2
    assert [stream.put([entry()], address="a", page="p") for _ in range(4)] == [Put.KEPT, Put.KEPT, Put.FULL, Put.FULL]

    assert len(waiting()) == 2
    assert stream.client().get(stream.REFUSED) == "2"
    assert tell() == 204


def test_without_valkey_a_visitor_waits_for_nothing_and_what_was_held_is_told_later(
    own_server: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tell("first") == 204
    own_server.kill()
    begun = time.monotonic()
    assert [tell(f"away_{number}") for number in range(20)] == [204] * 20
    assert time.monotonic() - begun < 1.0
    own_server.start()
    monkeypatch.setattr(stream, "_away_until", 0.0)

    assert tell("back") == 204

    handles = [one.handle for one in waiting()]
    assert sorted(one for one in handles if one and one.startswith("away")) == sorted(f"away_{n}" for n in range(20))
    assert "back" in handles
    assert tell("again") == 204
    assert len(waiting()) == len(handles) + 1


def test_a_valkey_that_hangs_holds_nobody_up(own_server: ValkeyServer) -> None:
    assert tell("first") == 204
    assert own_server.process is not None
    own_server.process.send_signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert [tell() for _ in range(10)] == [204] * 10
        assert time.monotonic() - begun < 2 * stream.WAIT_SECONDS + 0.5
    finally:
        own_server.process.send_signal(signal.SIGCONT)


def test_what_is_held_is_bounded(own_server: ValkeyServer) -> None:
    own_server.kill()
    for _ in range(stream.HELD // 100 + 5):
        assert stream.put([entry() for _ in range(100)], address="a", page="p") == Put.HELD
    assert len(stream._held) == stream.HELD


def test_ids_sort_by_time_and_a_known_one_is_the_same_each_time() -> None:
    later = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
    assert ids.fresh(NOW).version == ids.known("invoice", NOW).version == 7
    assert ids.fresh(NOW) < ids.fresh(later)
    assert ids.fresh(NOW) != ids.fresh(NOW)
    assert ids.known("invoice 1", NOW) == ids.known("invoice 1", NOW)
    assert len({ids.known("invoice 1", NOW), ids.known("invoice 2", NOW), ids.known("invoice 1", later)}) == 3
