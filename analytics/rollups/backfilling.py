"""Make the figures of days that are over anew from their events: after a new metric, or a mend. New events may come in.

A day holds exactly what the rollups have passed so far; what arrives later is added by them, as always.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.privacy import retention
from analytics.models import DailyFigure, FanMonth, HourlyFigure, PlatformFigure, Visitor
from analytics.rollups import batch, fan_statements, progress, statements

DAY: Final = timedelta(days=1)
# No calendar of the world is further from UTC.
FURTHEST: Final = timedelta(hours=15)
OF_USER: Final = " AND e.user_id = %(user)s"
OF_FANS: Final = f"""
AND e.arrival < %(until)s AND e.data ? 'fan_id'
    AND (e.user_id, e.data ->> 'fan_id') IN (SELECT user_id, fan FROM pg_temp.{fan_statements.CHOSEN})
"""  # noqa: S608  # own names


class TooOld(Exception):
    """The events of that day no longer say whose they were, or are gone: its figures would be less than they are."""


def first_day(now: datetime) -> date:
    """Return the first day whose events are all there, with names."""
    return (now - timedelta(days=retention.days("events"))).date() + 2 * DAY


def days(start: date, end: date, *, now: datetime, user: User | None = None) -> int:
    """Do each day from `start` to `end`, in a transaction of its own, and then the fans of its months; return how many.

    Raises TooOld.
    """
    if start < first_day(now):
        raise TooOld
    number = (end - start).days + 1
    for place in range(number):
        day(start + place * DAY, now=now, user=user)
    month = start.replace(day=1)
    while month <= end:
        # Of a month that has lost its first days, what is known stays.
        if month >= first_day(now):
            fans_of(month, now=now, user=user)
        month = following(month)
    return number


def day(day: date, *, now: datetime, user: User | None = None) -> None:
    """Make the figures of a day anew: of one account, or of all and of the platform."""
    with transaction.atomic():
        cursor = progress.hold()
        mine: dict[str, Any] = {"user": user} if user else {}
        opens = datetime(day.year, day.month, day.day, tzinfo=UTC)
        DailyFigure.objects.filter(day=day, **mine).delete()
        Visitor.objects.filter(day=day, **mine).delete()
        HourlyFigure.objects.filter(hour__gte=opens, hour__lt=opens + DAY, **mine).delete()
        if user is None:
            PlatformFigure.objects.filter(day=day).delete()
        values = around(opens, opens + DAY, cursor.arrival, user)
        with batch.filled(statements.HAPPENED + (OF_USER if user else ""), values):
            batch.add_figures(until=cursor.arrival, now=now, days=(day, day), is_platform=user is None)


def fans_of(month: date, *, now: datetime, user: User | None = None) -> None:
    """Make what fans paid in a month anew, and all that is known of the fans that something happened with in it.

    Of a fan whose first events are gone, nothing but the months is made anew.
    """
    with transaction.atomic():
        cursor = progress.hold()
        mine: dict[str, Any] = {"user": user} if user else {}
        opens = datetime(month.year, month.month, 1, tzinfo=UTC)
        closes = datetime(*following(month).timetuple()[:3], tzinfo=UTC)
        values = around(opens, closes, cursor.arrival, user)
        FanMonth.objects.filter(month=month, **mine).delete()
        with batch.filled(statements.HAPPENED + (OF_USER if user else ""), values):
            batch.add_fan_months(days=(month, following(month) - DAY))
            batch.choose_fans(first_day(now))
        with batch.filled(OF_FANS, {"until": cursor.arrival}):
            batch.add_fans(until=cursor.arrival)
        batch.forget_choice()


def around(opens: datetime, closes: datetime, until: int, user: User | None) -> dict[str, Any]:
    """Return the bounds of what may fall on days of any calendar."""
    return {"opens": opens - FURTHEST, "closes": closes + FURTHEST, "until": until, "user": user and user.pk}


def following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
