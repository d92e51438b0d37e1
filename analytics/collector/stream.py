"""The stream in Valkey between those who tell of events and the worker that stores them (`analytics.ingest`).

What Valkey took is stored, whatever dies afterwards, and however long PostgreSQL is away: until it is, it stays in the
stream. The stream is bounded, for Valkey's memory is; when it is full, new events are refused and counted. While Valkey
is away, each process holds some thousand events itself and tells them when it is back; those are lost when it ends.
"""

from __future__ import annotations

import functools
import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any, Final
from uuid import UUID

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PREFIX: Final = "huntaze:visits"
STREAM: Final = PREFIX
DEAD: Final = f"{PREFIX}:dead"
REFUSED: Final = f"{PREFIX}:refused"
FIELD: Final = "e"

WAIT_SECONDS: Final = 0.25
"""A visitor waits no longer for a Valkey that does not answer."""
PAUSE_SECONDS: Final = 2.0
"""Nor is it asked again before."""
HELD: Final = 10_000
WINDOW_SECONDS: Final = 60
MOST_OF_ADDRESS: Final = 240
MOST_OF_PAGE: Final = 12_000
"""How many events count in a minute. Behind one address there may be a whole school."""

SCRIPT: Final = """
local count = #ARGV - 4
local function is_over(key, most)
    local found = redis.call('INCRBY', key, count)
    if found == count then redis.call('EXPIRE', key, ARGV[1]) end
    return found > tonumber(most)
end
if is_over(KEYS[2], ARGV[2]) or is_over(KEYS[3], ARGV[3]) then return 'limited' end
if redis.call('XLEN', KEYS[1]) + count > tonumber(ARGV[4]) then
    redis.call('INCRBY', KEYS[4], count)
    return 'full'
end
for index = 5, #ARGV do redis.call('XADD', KEYS[1], '*', 'e', ARGV[index]) end
return 'kept'
"""


class Unreadable(Exception):
    """What is in the stream is no event."""


class Put(StrEnum):
    """What became of events: HELD are those that this process keeps until Valkey is back."""

    KEPT = "kept"
    LIMITED = "limited"
    FULL = "full"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event on its way to its table. Its account is a number, or that of whoever has the handle when it gets there."""

    id: UUID
    event: str
    version: int
    data: dict[str, Any]
    at: datetime
    user_id: int | None = None
    handle: str | None = None

    def packed(self) -> str:
        """Return it as it stands in the stream; its time to the millisecond."""
        at = round(self.at.timestamp() * 1_000)
        return json.dumps(
            [str(self.id), self.event, self.version, self.data, at, self.user_id, self.handle], separators=(",", ":")
        )


PACKED_TYPES: Final = (str, str, int, dict, int, int | None, str | None)

_held: deque[str] = deque(maxlen=HELD)
_away_until = 0.0


def unpacked(packed: str) -> Entry:
    """Return what an entry of the stream says. Raises Unreadable."""
    said: tuple[Any, ...]
    try:
        said = id, event, version, data, at, user_id, handle = json.loads(packed)
        entry = Entry(UUID(id), event, version, data, datetime.fromtimestamp(at / 1_000, UTC), user_id, handle)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise Unreadable from error
    if not all(map(isinstance, said, PACKED_TYPES)):
        raise Unreadable
    return entry


def put(entries: Sequence[Entry], *, address: str, page: str) -> Put:
    """Add events to the stream, unless the address or the page is over its limit. Nothing here raises or waits long."""
    packed = [entry.packed() for entry in entries]
    if monotonic() < _away_until:
        return _hold(packed)
    keys = [STREAM, f"{PREFIX}:of:{address}", f"{PREFIX}:on:{page}", REFUSED]
    limits = [WINDOW_SECONDS, MOST_OF_ADDRESS, MOST_OF_PAGE, settings.VISITS_KEPT]
    try:
        found = Put(_script()(keys=keys, args=[*limits, *packed]))
        if _held:
            _tell_held()
    except redis.RedisError as error:
        _is_away(error)
        # Valkey may have taken them before it fell silent: an event that comes twice is stored once.
        return _hold(packed)
    if found == Put.FULL:
        logger.error("The stream of visits is full: %d events refused", len(packed))
    return found


def agree(name: str, mine: bytes, *, seconds: int) -> bytes | None:
    """Return what all processes share under a name: `mine`, when there is nothing yet. None while Valkey is away."""
    if monotonic() < _away_until:
        return None
    try:
        known = client().set(f"{PREFIX}:{name}", mine.hex(), nx=True, get=True, ex=seconds)
    except redis.RedisError as error:
        _is_away(error)
        return None
    return bytes.fromhex(str(known)) if known else mine


@functools.cache
def client() -> redis.Redis:
    """Return the client for those who must not wait; its pool is shared by all greenlets of the process."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=WAIT_SECONDS,
        socket_connect_timeout=WAIT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=200,
        decode_responses=True,
    )


@functools.cache
def _script() -> Any:
    return client().register_script(SCRIPT)


def _hold(packed: Sequence[str]) -> Put:
    _held.extend(packed)
    return Put.HELD


def _tell_held() -> None:
    """Add to the stream what was held. Raises redis.RedisError, and holds it still."""
    waiting = list(_held)
    _held.clear()
    try:
        with client().pipeline(transaction=False) as pipeline:
            for packed in waiting:
                pipeline.xadd(STREAM, {FIELD: packed})
            pipeline.execute()
    except redis.RedisError:
        _held.extend(waiting)
        raise
    logger.info("Told %d visits that were held while Valkey was away", len(waiting))


def _is_away(error: redis.RedisError) -> None:
    global _away_until  # noqa: PLW0603  # one for the process
    _away_until = monotonic() + PAUSE_SECONDS
    logger.warning("Valkey is away, visits are held: %s", type(error).__name__)


def forget() -> None:
    """Forget what this process holds, and that Valkey was away."""
    global _away_until  # noqa: PLW0603
    _held.clear()
    _away_until = 0.0
    client.cache_clear()
    _script.cache_clear()
