"""Read the stream in batches, store each, and take it out of the stream when it is stored.

A batch belongs to whoever read it for a minute. One whose reader died is read again by another; it may have been stored
then, which changes nothing. What can never be stored goes to a stream of its own, `stream.DEAD`, with the reason.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, cast

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from analytics import events
from analytics.collector import stream
from analytics.collector.stream import Entry
from analytics.ingest import storing

logger = logging.getLogger(__name__)

GROUP: Final = "ingest"
# One name for all: who read what is told by how long ago it was, and no name is left behind by the dead.
READER: Final = "worker"
BATCH: Final = 1_000
ABANDONED_MS: Final = 60_000
"""Much longer than a batch takes: its statements are stopped after 15 s."""
DEAD_KEPT: Final = 10_000

Row = tuple[str, dict[str, str]]


@dataclass
class Done:
    """What was taken out of the stream: `stored` now; `known` are those stored before, or of nobody; `dead` the rest."""

    stored: int = 0
    known: int = 0
    dead: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.stored or self.known or self.dead)


def run(*, seconds: float = 20.0) -> Done:
    """Store what is in the stream, until it is empty or the time is over; return what became of it.

    Raises redis.RedisError, and OperationalError while PostgreSQL is away: what was read then is read again later.
    """
    valkey, total, until = client(), Done(), monotonic() + seconds
    prepare(valkey)
    while monotonic() < until and (rows := abandoned(valkey) or new(valkey)):
        done = take(rows)
        settle(valkey, rows, done)
        total.stored += done.stored
        total.known += done.known
        total.dead |= done.dead
    return total


def prepare(valkey: redis.Redis) -> None:
    """Make the group of readers, where there is none yet or Valkey has lost it; it begins with the oldest entry."""
    try:
        valkey.xgroup_create(stream.STREAM, GROUP, id="0", mkstream=True)
    except redis.ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


def abandoned(valkey: redis.Redis) -> list[Row]:
    """Return what somebody read, and did not take out of the stream in time."""
    _next, rows, *_deleted = cast(
        Any, valkey.xautoclaim(stream.STREAM, GROUP, READER, min_idle_time=ABANDONED_MS, count=BATCH)
    )
    return cast(list[Row], rows)


def new(valkey: redis.Redis) -> list[Row]:
    found = cast(Any, valkey.xreadgroup(GROUP, READER, {stream.STREAM: ">"}, count=BATCH))
    return cast(list[Row], found[0][1]) if found else []


def take(rows: list[Row]) -> Done:
    """Store what can be stored. Raises OperationalError and InterfaceError while PostgreSQL is away."""
    done, good = Done(), {}
    for id, fields in rows:
        try:
            good[id] = checked(fields.get(stream.FIELD, ""))
        except (stream.Unreadable, events.InvalidEvent) as error:
            done.dead[id] = f"{type(error).__name__}: {error}"
    store(good, done)
    return done


def checked(packed: str) -> Entry:
    """Return an entry that holds what is declared. Raises Unreadable, InvalidEvent."""
    entry = stream.unpacked(packed)
    events.declared(entry.event).check(entry.data, version=entry.version)
    return entry


def store(entries: dict[str, Entry], done: Done) -> None:
    """Store entries together; where the database refuses them, halves of them, down to the one that it refuses."""
    if not entries:
        return
    try:
        stored = storing.store(entries.values())
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        if len(entries) == 1:
            done.dead[next(iter(entries))] = f"{type(error).__name__}: refused by the database"
            return
        pairs = list(entries.items())
        for half in (pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]):
            store(dict(half), done)
    else:
        done.stored += stored
        done.known += len(entries) - stored


def settle(valkey: redis.Redis, rows: list[Row], done: Done) -> None:
    """Take entries out of the stream, and keep for operators those that could not be stored."""
    said = dict(rows)
    with valkey.pipeline(transaction=True) as pipeline:
        for id, why in done.dead.items():
            pipeline.xadd(
                stream.DEAD,
                {stream.FIELD: said[id].get(stream.FIELD, ""), "why": why},
                maxlen=DEAD_KEPT,
                approximate=False,
            )
        pipeline.xack(stream.STREAM, GROUP, *said)
        pipeline.xdel(stream.STREAM, *said)
        pipeline.execute()
    if done.dead:
        logger.error("Visits that can never be stored: %d, kept in %s", len(done.dead), stream.DEAD)


@functools.cache
def client() -> redis.Redis:
    """Return the client of workers, who may wait."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5, decode_responses=True)
