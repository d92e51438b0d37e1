"""Many at once, each on a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, transaction

CROWD = 30

Result = TypeVar("Result")


def at_once(call: Callable[[], Result], *, times: int = CROWD) -> list[Result]:
    """Run `call` in so many threads, let go at the same moment."""
    return all_at_once([call] * times)


def all_at_once(calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """Run each of the calls in a thread of its own, let go at the same moment; raise what one of them raises."""
    start = Barrier(len(calls), timeout=10)

    def run(call: Callable[[], Result]) -> Result:
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(timeout=30) for future in [threads.submit(run, call) for call in calls]]


def running_into(first: Callable[[], object], second: Callable[[], Result], *, then: Callable[[], object]) -> Result:
    """Run `first` in a transaction, let `second` start on another connection and wait for it, run `then`, and commit.

    Return what `second` returned: what chance brings about once in a thousand times is here brought about each time.
    """

    def run() -> Result:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            first()
            other = threads.submit(run)
            until_it_waits(other)
            then()
        return other.result(timeout=20)


def until_it_waits(other: Future[Result]) -> None:
    """Return once another connection waits for this one's transaction, or did not need to."""
    give_up_at = time.monotonic() + 5
    with connection.cursor() as cursor:
        while not other.done() and time.monotonic() < give_up_at:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            if cursor.fetchone() is not None:
                return
            time.sleep(0.01)
