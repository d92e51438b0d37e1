"""Events of work under way, from a worker to whoever watches, through a Valkey stream.

The stream is for watching only: the rows in PostgreSQL are the truth. When Valkey is away nothing is lost but the
sight of the words arriving.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, cast

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

LIFETIME_SECONDS = 3_600
"""How long a stream can be read after its last event."""

LONGEST = 20_000
"""Events kept per stream; three long texts need a fifth of it."""

LONGEST_WAIT_SECONDS = 15
"""The longest `idle_seconds` that the client's own time-out allows."""

BEGINNING = "0-0"
RETRY_SECONDS = 1.0
PUBLISH_SECONDS = 1.5


class InvalidEventId(Exception):
    """The `Last-Event-ID` is none that a stream gave out."""


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    name: str
    data: dict[str, Any]


@functools.cache
def valkey() -> redis.Redis:
    """Return the client for reading; its pool is shared by all threads or greenlets of the process."""
    return client(LONGEST_WAIT_SECONDS + 5)


@functools.cache
def valkey_for_writing() -> redis.Redis:
    """Return the client for publishing: a worker must not wait for a stuck Valkey while its lease runs out."""
    return client(PUBLISH_SECONDS)


def client(socket_timeout: float) -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=socket_timeout,
        socket_connect_timeout=PUBLISH_SECONDS,
        # A watcher holds a connection for as long as it watches.
        max_connections=10_000,
        decode_responses=True,
    )


class Publisher:
    """Adds events to one stream. When Valkey is away, events are dropped and the work goes on."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.silent_until = 0.0

    def publish(self, name: str, data: dict[str, Any]) -> None:
        if monotonic() < self.silent_until:
            return
        pipeline = valkey_for_writing().pipeline(transaction=False)
        pipeline.xadd(self.key, {"event": name, "data": json.dumps(data)}, maxlen=LONGEST, approximate=True)
        pipeline.expire(self.key, LIFETIME_SECONDS)
        try:
            pipeline.execute()
        except redis.RedisError as error:
            # A time-out for each token would be slower than the model.
            self.silent_until = monotonic() + RETRY_SECONDS
            logger.warning("Events of %s are not seen for now: %s", self.key, type(error).__name__)


def forget(keys: Sequence[str]) -> None:
    """Delete streams with the words in them, because what they told of is deleted. Raises redis.RedisError."""
    if keys:
        valkey_for_writing().delete(*keys)


def follow(key: str, *, after: str, idle_seconds: float) -> Iterator[Event | None]:
    """Yield the events after `after`, as they come; None whenever `idle_seconds` pass without one.

    It never ends by itself. While Valkey is away it yields None every second. Raises InvalidEventId.
    """
    while True:
        try:
            found = valkey().xread({key: after}, block=round(idle_seconds * 1_000), count=500)
        except redis.ResponseError as error:
            raise InvalidEventId(f"{after!r} is no id of this stream: leave Last-Event-ID out") from error
        except redis.RedisError:
            sleep(RETRY_SECONDS)
            yield None
            continue
        streams = cast(list[tuple[str, list[tuple[str, dict[str, str]]]]], found)
        if not streams:
            yield None
            continue
        for event_id, fields in streams[0][1]:
            yield Event(event_id, fields["event"], json.loads(fields["data"]))
            after = event_id
