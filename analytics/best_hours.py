"""When a creator's fans are there: what they did by hour of the week, on the creator's clock, in the last 90 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Count, IntegerField, Sum
from django.db.models.functions import Cast, ExtractHour, ExtractIsoWeekDay, TruncDate

from accounts.models import User
from analytics import kpis
from analytics.kpis import KPIS
from analytics.models import HourlyFigure
from analytics.ranges import zone_of

METRICS: Final = ("page.viewed", "link.clicked", "fan.followed", "message.received")
"""What fans do themselves; when the creator posts says nothing of when they are there."""
WINDOW: Final = timedelta(days=90)
FEWEST: Final = KPIS["best_time_score"].fewest
"""Fewer things that happened in an hour of the week are too little to tell."""
LEVELS: Final = 5


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week (Monday is 0): what happened in it, and on how many days."""

    weekday: int
    hour: int
    count: int = 0
    days: int = 0

    @property
    def is_enough(self) -> bool:
        return KPIS["best_time_score"].is_told(self.count)


@dataclass(frozen=True, slots=True)
class Week:
    """All hours of a week, Monday first."""

    hours: tuple[Hour, ...]

    @property
    def most(self) -> int:
        return max((hour.count for hour in self.hours if hour.is_enough), default=0)

    @property
    def best(self) -> list[Hour]:
        """The hours in which most happened; of the same, the earlier one."""
        return [self.hours[place] for place in kpis.best_hours([hour.count for hour in self.hours])]

    def level(self, hour: Hour) -> int:
        """Return 1 to 5 by the share of the best hour; 0 for too little to tell."""
        return -(-hour.count * LEVELS // self.most) if hour.is_enough else 0

    def times_average(self, hour: Hour) -> Decimal | None:
        return kpis.best_time_score(hour.count, sum(one.count for one in self.hours))


def of(user: User, *, now: datetime) -> Week:
    """Return the week, with one query."""
    zone = zone_of(user)
    rows = HourlyFigure.objects.filter(user=user, metric__in=METRICS, hour__gte=now - WINDOW, hour__lte=now)
    grouped = (
        rows.annotate(
            weekday=Cast(ExtractIsoWeekDay("hour", tzinfo=zone), IntegerField()),
            at=Cast(ExtractHour("hour", tzinfo=zone), IntegerField()),
            on=TruncDate("hour", tzinfo=zone),
        )
        .values("weekday", "at")
        .annotate(counted=Sum("count"), days=Count("on", distinct=True))
        .order_by("weekday", "at")
    )
    found = {(row["weekday"] - 1, row["at"]): (row["counted"], row["days"]) for row in grouped}
    return Week(
        tuple(Hour(weekday, hour, *found.get((weekday, hour), (0, 0))) for weekday in range(7) for hour in range(24))
    )
