"""Many at once, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

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
