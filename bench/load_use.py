"""What the parts of the product use while bench/load.py drives it, and which of them has no more to give."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import psycopg
import redis

from bench.gateway_servers import descendants, ticks
from bench.load_product import QUEUES, Loaded, cores

EVERY_SECONDS: Final = 0.5
FULL: Final = 0.85
"""From this share on, more load meets no more room."""

POOL: Final = 16
"""Connections of a process, as HUNTAZE_DATABASE_POOL_SIZE has it when nobody says otherwise."""

LONG_QUEUE: Final = 20
# Each name with its part, and how many cores it can use at most; None: all there are.
PARTS: Final = {
    "web": ("web", None),
    "PostgreSQL": ("postgres", None),
    "Valkey": ("valkey", 1),
    "interactive worker": ("worker-interactive", 1),
    "background worker": ("worker-background", 1),
}


@dataclass(frozen=True, slots=True)
class Use:
    """Means over a step, in cores; the most that was seen of connections and queues."""

    cpu: dict[str, float]
    machine: float
    connections_busy: int
    connections_open: int
    queued_most: int
    queued_last: int
    web_workers: int

    def shares(self) -> dict[str, float]:
        """Return how much of what it has each part used, 1.0 being all."""
        most = {name: limit or cores() for name, (_part, limit) in PARTS.items()}
        most["web"] = min(self.web_workers, cores())
        found = {f"CPU of {name}": used / most[name] for name, used in self.cpu.items() if name in most}
        found["CPU of the machine"] = self.machine
        found["pool of connections"] = self.connections_busy / (POOL * self.web_workers)
        found["queue of the worker"] = self.queued_last / LONG_QUEUE
        return found

    def saturated(self) -> list[str]:
        """Return what was full, the fullest first."""
        full = {name: share for name, share in self.shares().items() if share >= FULL}
        return sorted(full, key=lambda name: -full[name])


class Watch:
    """Looks at the product for as long as its block lasts; afterwards `use` says what was seen."""

    def __init__(self, product: Loaded) -> None:
        self.product = product
        self.ended = threading.Event()
        self.busy, self.open, self.queued = [0], [0], [0]
        self.use: Use | None = None

    def __enter__(self) -> Watch:
        self.before, self.machine_before, self.begun = self.cpu(), busy_of_machine(), time.monotonic()
        self.looking = threading.Thread(target=self.look)
        self.looking.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.ended.set()
        self.looking.join()
        seconds, after, machine = time.monotonic() - self.begun, self.cpu(), busy_of_machine()
        self.use = Use(
            cpu={name: max(0.0, after[name] - self.before[name]) / seconds for name in after},
            machine=share(self.machine_before, machine),
            connections_busy=max(self.busy),
            connections_open=max(self.open),
            queued_most=max(self.queued),
            queued_last=self.queued[-1],
            web_workers=self.product.web_workers,
        )

    def cpu(self) -> dict[str, float]:
        """Return the seconds of a core that each part has used so far; the clients are this process."""
        found = {name: self.seconds_of(part) for name, (part, _limit) in PARTS.items()}
        own = os.times()
        return {**found, "the clients": own.user + own.system}

    def seconds_of(self, part: str) -> float:
        pid = self.product.pid(part)
        if pid is None:
            return 0.0
        used = 0
        for one in (pid, *descendants(pid)):
            try:
                used += ticks(one)
            except OSError:
                continue
        return used / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        valkey = redis.Redis.from_url(self.product.provided["REDIS_URL"], socket_timeout=2)
        while not self.ended.wait(EVERY_SECONDS):
            try:
                self.queued.append(sum(int(valkey.llen(queue)) for queue in QUEUES))
                busy, connected = self.connections()
                self.busy.append(busy)
                self.open.append(connected)
            except (redis.RedisError, psycopg.OperationalError):
                # It is what was just ended.
                continue
        valkey.close()

    def connections(self) -> tuple[int, int]:
        query = (
            "SELECT count(*) FILTER (WHERE state <> 'idle'), count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        busy, connected = self.product.rows(query)[0]
        return int(busy), int(connected)


def busy_of_machine() -> tuple[int, int]:
    """Return the ticks in which the machine did something, and all ticks; zeros where the system does not say."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return 0, 0
    fields = [int(word) for word in first.split()[1:9]]
    waited = fields[3] + fields[4]
    return sum(fields) - waited, sum(fields)


def share(before: tuple[int, int], after: tuple[int, int]) -> float:
    passed = after[1] - before[1]
    return (after[0] - before[0]) / passed if passed else 0.0
