"""Events through a Valkey stream: in order, resumable, and no obstacle when Valkey is away."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from ai_routing import streams
from ai_routing.streams import BEGINNING, Event, InvalidEventId, Publisher
from tests.ai_routing.valkey_server import ValkeyServer


@pytest.fixture
def key() -> str:
    return f"huntaze:test:{uuid.uuid4()}"


@pytest.fixture
def own_server(settings: Any) -> Iterator[ValkeyServer]:
    """A Valkey that only this test uses, behind the client that all modules share."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = ValkeyServer(free.getsockname()[1])
    shared = settings.REDIS_URL
    server.start()
    use(server.url, settings)
    yield server
    use(shared, settings)
    server.kill()


def use(url: str, settings: Any) -> None:
    streams.valkey().close()
    settings.REDIS_URL = url
    streams.valkey.cache_clear()
    streams.valkey_for_writing.cache_clear()


def follow(key: str, *, after: str = BEGINNING, idle_seconds: float = 0.1) -> Iterator[Event | None]:
    return streams.follow(key, after=after, idle_seconds=idle_seconds)


def until_idle(key: str, *, after: str = BEGINNING) -> list[Event]:
    """Return the events that are there."""
    found: list[Event] = []
    for event in follow(key, after=after):
        if event is None:
            break
        found.append(event)
    return found


def publish(key: str, *texts: str) -> None:
    publisher = Publisher(key)
    for text in texts:
        publisher.publish("token", {"text": text})


def texts(events: list[Event]) -> list[str]:
    return [event.data["text"] for event in events]


def test_events_arrive_in_order_with_their_names_and_data(key: str) -> None:
    publisher = Publisher(key)
    publisher.publish("progress", {"state": "writing", "variant": 0})
    publisher.publish("token", {"text": "Été ☔\n", "nested": {"list": [1, None, True]}})
    publisher.publish("done", {})

    events = until_idle(key)

    assert [event.name for event in events] == ["progress", "token", "done"]
    assert events[1].data == {"text": "Été ☔\n", "nested": {"list": [1, None, True]}}
    assert len({event.id for event in events}) == 3


def test_a_watcher_who_comes_back_gets_what_it_missed_and_nothing_twice(key: str) -> None:
    publish(key, "one", "two", "three", "four")
    seen = until_idle(key)[:2]

    rest = until_idle(key, after=seen[-1].id)

    assert texts(rest) == ["three", "four"]
    assert until_idle(key, after=rest[-1].id) == []


def test_watchers_see_the_same_and_take_nothing_from_each_other(key: str) -> None:
    publish(key, "one", "two")

    assert until_idle(key) == until_idle(key)


def test_a_watcher_sees_no_other_stream(key: str) -> None:
    publish(f"{key}:other", "not mine")
    publish(key, "mine")

    assert texts(until_idle(key)) == ["mine"]


def test_events_are_seen_while_they_come(key: str) -> None:
    events = follow(key, idle_seconds=5)
    later = threading.Timer(0.1, publish, [key, "late"])

    started = monotonic()
    later.start()
    event = next(events)
    seconds = monotonic() - started

    later.join()
    assert event is not None
    assert event.data == {"text": "late"}
    assert seconds < 1


def test_silence_is_told_so_that_the_watcher_can_look_elsewhere(key: str) -> None:
    events = follow(key, idle_seconds=0.2)

    started = monotonic()
    assert next(events) is None
    assert 0.15 < monotonic() - started < 1
    publish(key, "after the silence")
    event = next(events)
    assert event is not None
    assert event.data == {"text": "after the silence"}


def test_more_events_than_one_read_brings_arrive_whole(key: str) -> None:
    publish(key, *map(str, range(1_200)))

    assert texts(until_idle(key)) == [str(number) for number in range(1_200)]


def test_a_stream_that_nobody_adds_to_is_forgotten_in_time(key: str) -> None:
    publish(key, "one")

    assert 0 < streams.valkey().ttl(key) <= streams.LIFETIME_SECONDS


@pytest.mark.parametrize("after", ["", "abc", "1-2-3", "-1", "1-", "1.5", "0-0; DROP", "99999999999999999999-0"])
def test_an_id_that_no_stream_gave_out_is_refused(after: str, key: str) -> None:
    publish(key, "one")

    with pytest.raises(InvalidEventId, match="leave Last-Event-ID out"):
        next(follow(key, after=after))


def test_an_id_past_the_end_waits_for_what_comes_after_it(key: str) -> None:
    publish(key, "one")

    assert until_idle(key, after="9999999999999-0") == []


def test_a_publisher_without_valkey_drops_events_quickly_and_says_so_once(
    key: str, own_server: ValkeyServer, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(key)
    publisher.publish("token", {"text": "seen"})
    own_server.kill()

    started = monotonic()
    with caplog.at_level(logging.WARNING, logger="ai_routing.streams"):
        for number in range(200):
            publisher.publish("token", {"text": str(number)})

    assert monotonic() - started < 0.5
    assert [record.getMessage() for record in caplog.records] == [
        f"Events of {key} are not seen for now: ConnectionError"
    ]


def test_a_publisher_goes_on_when_valkey_is_back(key: str, own_server: ValkeyServer) -> None:
    publisher = Publisher(key)
    publisher.publish("token", {"text": "before"})
    own_server.kill()
    publisher.publish("token", {"text": "lost"})
    own_server.start()

    publisher.publish("token", {"text": "still silent"})
    sleep(streams.RETRY_SECONDS)
    publisher.publish("token", {"text": "after"})

    assert texts(until_idle(key)) == ["after"]


def test_a_follower_without_valkey_yields_none_and_recovers(key: str, own_server: ValkeyServer) -> None:
    events = follow(key, idle_seconds=0.2)
    publish(key, "before")
    first = next(events)
    assert first is not None
    own_server.kill()

    started = monotonic()
    assert next(events) is None
    assert next(events) is None
    assert monotonic() - started < 2 * streams.RETRY_SECONDS + 1

    own_server.start()
    publish(key, "after")
    assert texts([event for event in (next(events), next(events)) if event is not None]) == ["after"]


def test_a_follower_that_waits_while_valkey_dies_is_not_stuck(key: str, own_server: ValkeyServer) -> None:
    events = follow(key, idle_seconds=10)
    death = threading.Timer(0.2, own_server.kill)

    started = monotonic()
    death.start()
    assert next(events) is None
    seconds = monotonic() - started

    death.join()
    assert seconds < 0.2 + streams.RETRY_SECONDS + 1
