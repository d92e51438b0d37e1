"""Take the events that arrived since the last time, and add them to the figures. Safe to kill, repeat and run twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from analytics.rollups import batch, progress, statements

AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class Ran:
    """How many events were taken, and whether none are left that were ready."""

    events: int
    is_done: bool


NOTHING: Final = Ran(0, is_done=True)


def run(*, now: datetime, at_most: int = AT_ONCE, wait: bool = False) -> Ran:
    """Take one portion, in one transaction. While another rollup holds the cursor, wait for it, or leave it all to that."""
    with transaction.atomic():
        cursor = progress.hold() if wait else progress.hold_if_free()
        if cursor is None:
            return NOTHING
        portion = progress.next_portion(cursor, at_most=at_most)
        taken = 0
        if not portion.is_empty:
            with batch.filled(statements.ARRIVED, {"since": portion.since, "until": portion.until}) as taken:
                batch.add_figures(until=portion.until, now=now)
                batch.add_fans(until=portion.until)
                batch.add_fan_months()
        progress.move(cursor, portion.until, now=now)
    return Ran(taken, portion.is_last)


def run_all(
    clock: Callable[[], datetime], *, at_most: int = AT_ONCE, until: datetime | None = None, wait: bool = False
) -> int:
    """Take portion after portion, and no new one after `until`; return how many events were taken."""
    total = 0
    while True:
        now = clock()
        ran = run(now=now, at_most=at_most, wait=wait)
        total += ran.events
        if ran.is_done or (until is not None and clock() >= until):
            return total
