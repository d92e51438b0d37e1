"""A stream that is open outlives a database that is away, and tells the end once it is back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import OperationalError

from ai_routing import event_stream

pytestmark = pytest.mark.django_db


def after_an_outage(times: int) -> Callable[[], bool]:
    """Return what asks the rows whether the work has ended: in vain at first, then it has."""
    left = iter([OperationalError("the connection is closed")] * times)

    def ended() -> bool:
        for error in left:
            raise error
        return True

    return ended


def test_a_stream_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)

    told = list(
        event_stream.frames(
            f"huntaze:test:{uuid.uuid4()}",
            after="0-0",
            ended=after_an_outage(3),
            from_rows=lambda: [("done", {"id": "1"})],
            part="variant",
        )
    )

    assert told == [
        b"retry: 1000\n\n",
        b": waiting\n\n",
        b": waiting\n\n",
        b'event: done\ndata: {"id": "1"}\n\n',
    ]


def test_a_client_that_waits_for_the_end_does_so_too() -> None:
    assert event_stream.wait(f"huntaze:test:{uuid.uuid4()}", ended=after_an_outage(1), seconds=0.1) is False
    assert event_stream.wait(f"huntaze:test:{uuid.uuid4()}", ended=after_an_outage(0), seconds=0.1) is True
