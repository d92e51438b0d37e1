"""Counts requests in memory, and adds the counts to Valkey every few seconds: a request pays for a dictionary, no more.

What a process that is killed had not yet told, five seconds of it at the most, is not counted. While Valkey is away
counts are kept and told later, for as long as their minute is still wanted.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import redis
from django.db import connections
from django.http import HttpRequest, HttpResponseBase

from ai_routing.streams import valkey_for_writing
from huntaze.observability import latency

logger = logging.getLogger(__name__)

FLUSH_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 3 * 3_600
"""How long the counts of a minute lie in Valkey, for whoever was away when they were to be stored."""

ERRORS: Final = "errors"
POOL: Final = "pool"
# They wait for a model, or for whoever watches: their time says nothing of ours.
WAITING: Final = frozenset({"api/content/generate", "api/ai/v1/chat/completions"})
UNCOUNTED: Final = ("/healthz", "/readyz", "/static/")


def key(minute: int) -> str:
    """Return where the counts of a minute lie; minutes are counted since 1970."""
    return f"watch:{minute}"


def group_of(route: str, response: HttpResponseBase) -> str:
    if route in WAITING or response.get("Content-Type", "").startswith("text/event-stream"):
        return "waiting"
    return "api" if route.startswith("api/") else "page"


class Tally:
    """The counts of one process. Fields are "group|bucket", "group|errors" and "route|bucket" with a word before them."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.counts: Counter[tuple[int, str]] = Counter()
        self.started = False

    def note(self, request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        """Count a request that was answered, in a process that has begun to."""
        if not self.started or request.path.startswith(UNCOUNTED):
            return
        match = request.resolver_match
        route = match.route if match else ""
        group, number = group_of(route, response), latency.bucket(seconds * 1_000)
        # Addresses that are none of ours are strangers' to choose.
        named = f"{request.method} /{route}" if match else "(none)"
        self.add(f"g|{group}|{number}", f"r|{named}|{number}")
        if response.status_code >= 500:
            self.add(f"g|{group}|{ERRORS}", f"r|{named}|{ERRORS}")

    def add(self, *fields: str) -> None:
        minute = int(self.clock() // 60)
        for field in fields:
            self.counts[minute, field] += 1

    def begin(self) -> None:
        """Count and tell from here on. A second call does nothing."""
        if self.started:
            return
        self.started = True
        # A greenlet, where gevent has patched the process.
        threading.Thread(target=self.go_on, name="tally", daemon=True).start()

    def go_on(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            self.flush()

    def flush(self) -> None:
        """Add what was counted to Valkey. What it does not take is added to the next try."""
        counts, self.counts = self.counts, Counter()
        now = int(self.clock() // 60)
        kept = {field: count for field, count in counts.items() if field[0] > now - KEPT_SECONDS // 60}
        pipeline = valkey_for_writing().pipeline(transaction=False)
        for (minute, field), count in kept.items():
            pipeline.hincrby(key(minute), field, count)
        if (used := pool_share()) is not None:
            # The fullest that any process's was.
            pipeline.eval(HIGHER, 1, key(now), POOL, used)
            kept[now, POOL] = used
        for minute in {minute for minute, _field in kept}:
            pipeline.expire(key(minute), KEPT_SECONDS)
        try:
            pipeline.execute()
        except redis.RedisError as error:
            logger.warning("Counts wait: %s", type(error).__name__)
            kept.pop((now, POOL), None)
            self.counts.update(kept)


HIGHER: Final = """
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) > known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""


def pool_share() -> int | None:
    """Return how much of this process's pool of connections is in use, in percent; above 100 where some wait for one."""
    pool = getattr(connections["default"], "pool", None)
    if pool is None:
        return None
    stats: dict[str, int] = pool.get_stats()
    taken = stats.get("pool_size", 0) - stats.get("pool_available", 0) + stats.get("requests_waiting", 0)
    return round(100 * taken / max(1, stats.get("pool_max", 1)))


tally: Final = Tally()
