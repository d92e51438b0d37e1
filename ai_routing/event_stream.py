"""Server-Sent Events of work under way: what the stream in Valkey says, and the rows when it says nothing."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeVar

from django.http import StreamingHttpResponse

from ai_routing import connections, streams

logger = logging.getLogger(__name__)

ENDINGS: Final = frozenset({"done", "error"})
HEARTBEAT_SECONDS: Final = 5.0
"""Proxies close a connection that is silent for a quarter of a minute; a session that has ended ends it sooner."""

LOOK_SECONDS: Final = 3.0
"""How often a stream asks whether whoever reads it may go on."""

EVENT_ID: Final = re.compile(r"\d{1,19}-\d{1,19}")
RECONNECT_MS: Final = 1_000

Told = tuple[str, dict[str, Any]]
"""An event: its name and its data."""

Read = TypeVar("Read")


def position(last_event_id: str) -> str:
    """Return where a stream goes on after `last_event_id`; from the beginning when it is empty.

    Raises InvalidEventId.
    """
    if not last_event_id:
        return streams.BEGINNING
    if not EVENT_ID.fullmatch(last_event_id):
        raise streams.InvalidEventId(
            "Last-Event-ID is not an id of this stream: send the last `id:` line, or leave it out."
        )
    return last_event_id


def wait(key: str, *, ended: Callable[[], bool], seconds: float) -> bool:
    """Wait for the work behind a stream to end; return whether it did within `seconds`."""
    give_up_at = monotonic() + seconds
    # The rows are asked when the stream is quiet: it may have ended before, or Valkey may be away.
    for event in streams.follow(key, after=streams.BEGINNING, idle_seconds=min(1.0, max(seconds, 0.01))):
        if event is not None and event.name in ENDINGS:
            return True
        if event is None and asked(ended):
            return True
        if monotonic() >= give_up_at:
            return False
    return False


def asked(ended: Callable[[], bool]) -> bool:
    """Tell whether the work has ended, as far as the database can say: a stream outlives one that is away."""
    return from_database(ended) or False


def from_database(read: Callable[[], Read]) -> Read | None:
    """Return what `read` finds; None while the database is away."""
    try:
        return read()
    except connections.DATABASE_AWAY as error:
        logger.warning("The database is away, a stream waits: %s", type(error).__name__)
        return None
    finally:
        connections.give_back()


def frames(
    key: str, *, after: str, ended: Callable[[], bool], from_rows: Callable[[], Iterable[Told]], part: str
) -> Iterator[bytes]:
    """Yield the events of a stream from `after` on, until the work has ended.

    `part` names the field that tells apart what is done side by side; events of a worker that lost its claim on such
    a part to another one are left out. `from_rows` tells what the stream would have said in the end; without ids:
    there is nothing to resume.
    """
    yield f"retry: {RECONNECT_MS}\n\n".encode()
    idle = 0.1 if asked(ended) else HEARTBEAT_SECONDS
    claims: dict[Any, int] = {}
    for event in streams.follow(key, after=after, idle_seconds=idle):
        if event is None:
            told = from_database(lambda: list(from_rows()) if ended() else None)
            if told is not None:
                yield from [frame(name, data) for name, data in told]
                return
            yield b": waiting\n\n"
            continue
        if event.name not in ENDINGS and "claim" in event.data:
            which, claim = event.data[part], event.data["claim"]
            if claim < claims.get(which, 0):
                continue
            claims[which] = claim
        yield frame(event.name, event.data, event_id=event.id)
        if event.name in ENDINGS:
            return


def frame(name: str, data: dict[str, Any], *, event_id: str = "") -> bytes:
    """Return one Server-Sent Event. JSON has no line breaks of its own, so one data line is enough."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Guarded:
    """Events for as long as their reader may read them. While the database is away, nobody can have been shut out."""

    events: Iterable[bytes]
    stays_in: Callable[[], bool]

    def __iter__(self) -> Iterator[bytes]:
        look_at = monotonic() + LOOK_SECONDS
        for event in self.events:
            if monotonic() >= look_at:
                if from_database(self.stays_in) is False:
                    return
                look_at = monotonic() + LOOK_SECONDS
            yield event

    def close(self) -> None:
        close = getattr(self.events, "close", None)
        if close is not None:
            close()


def response(events: Iterable[bytes], *, stays_in: Callable[[], bool]) -> StreamingHttpResponse:
    """Return the answer that carries events; from here on it holds no database connection.

    It ends within seconds when `stays_in` says no: see `accounts.staying`.
    """
    answer = StreamingHttpResponse(Guarded(events, stays_in), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    # Else nginx keeps the words back until its buffer is full.
    answer["X-Accel-Buffering"] = "no"
    connections.give_back()
    return answer
