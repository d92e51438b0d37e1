"""Make figures of a batch of events, in the transaction that holds the cursor."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

from django.db import connection

from analytics.rollups import fan_statements, progress, statements

HOURS_KEPT: Final = timedelta(days=100)
VISITORS_KEPT: Final = timedelta(days=3)
ANY_DAY: Final = (date.min, date.max)


def oldest_hour(now: datetime) -> datetime:
    """Return the first hour that is kept: the beginning of a day, so that a day's hours are kept or gone together."""
    return (now.astimezone(UTC) - HOURS_KEPT).replace(hour=0, minute=0, second=0, microsecond=0)


def oldest_visit(now: datetime) -> date:
    return (now.astimezone(UTC) - VISITORS_KEPT).date()


@contextmanager
def filled(which: str, values: dict[str, Any]) -> Iterator[int]:
    """Have the events that `which` chooses in a temporary table; yields how many."""
    with connection.cursor() as cursor:
        # Of one transaction all is taken at once, however much it recorded.
        cursor.execute(f"SET LOCAL statement_timeout = '{progress.LONGEST_SECONDS}s'")
        cursor.execute(statements.FILL + which, {"zones": zones(), "events": statements.EVENTS, **values})
        taken = cursor.rowcount
        yield taken
        # A transaction around this one would keep it.
        cursor.execute(statements.EMPTY)


def add_figures(*, until: int, now: datetime, days: tuple[date, date] = ANY_DAY, is_platform: bool = True) -> None:
    """Add what the batch comes to, on those of its days that lie within `days`."""
    first, last = days
    values: dict[str, Any] = {
        "until": until,
        "first": first,
        "last": last,
        "oldest_hour": oldest_hour(now),
        "oldest_visit": oldest_visit(now),
        "is_platform": is_platform,
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.FIGURES, {**values, **statements.SOURCE_VALUES})
        for metric in statements.UNIQUE:
            (source,) = metric.sources
            named = {**values, "metric": metric.name, "event": source.event, "unique": metric.unique}
            cursor.execute(statements.VISITORS, named)
            if any_in_batch(statements.IS_LATE_VISIT, named):
                cursor.execute(statements.LATE_VISITORS, named)


def add_fans(*, until: int) -> None:
    """Add what the batch says of fans."""
    with connection.cursor() as cursor:
        cursor.execute(fan_statements.FANS)
        if any_in_batch(fan_statements.IS_MISTAKE):
            cursor.execute(fan_statements.MISTAKES, {"until": until})


def add_fan_months(*, days: tuple[date, date] = ANY_DAY) -> None:
    with connection.cursor() as cursor:
        cursor.execute(fan_statements.FAN_MONTHS, {"first": days[0], "last": days[1]})


def any_in_batch(condition: str, values: dict[str, Any] | None = None) -> bool:
    """Return whether there is anything to do for a statement that reads older events, and that is rarely needed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {statements.BATCH} b WHERE {condition})", values)  # noqa: S608  # own names
        (is_any,) = cursor.fetchone()
        return bool(is_any)


def choose_fans(since: date) -> None:
    """Take away the figures of the batch's fans, if all their events are there, and remember those fans."""
    with connection.cursor() as cursor:
        cursor.execute(fan_statements.CHOOSE, {"since": since})
        cursor.execute(fan_statements.DELETE_CHOSEN)


def forget_choice() -> None:
    with connection.cursor() as cursor:
        cursor.execute(fan_statements.FORGET_CHOICE)


@functools.cache
def zones() -> list[str]:
    """Return the time zones that Python and PostgreSQL both know by the same name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return sorted({name for (name,) in cursor.fetchall()} & available_timezones())
