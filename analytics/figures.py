"""Read what was rolled up: one bounded query by index for each question. Sums are kept apart by currency.

    figures.daily(user, "earning.net", start, end)     a point for each day and currency that has any
    figures.total(user, "earning.net", start, end)     a sum for each currency
    figures.by_dimension(user, "content.earned", start, end)

`start` is the first day and `end` the day after the last one, both on the calendar of the account, or UTC for the
platform. Amounts are in the unit that `analytics.metrics` declares: minor units, micro-USD, credits. A day without
events has no point.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum

from accounts.models import User
from analytics.metrics import METRICS
from analytics.models import DailyFigure, HourlyFigure, PlatformFigure, RollupCursor

MOST_OF_A_DIMENSION: Final = 100


class UnknownMetric(Exception):
    """The metric is not declared in `analytics.metrics`, or is not kept by the hour."""


@dataclass(frozen=True, slots=True)
class Total:
    """How often something happened, and what it came to, in one currency ("" for what is no money)."""

    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Point:
    """The same for a day."""

    day: date
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class HourPoint:
    """The same for an hour (UTC)."""

    hour: datetime
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """The same for one value of the metric's dimension."""

    dimension: str
    currency: str
    count: int
    amount: Decimal


def daily(user: User, metric: str, start: date, end: date, *, dimension: str | None = None) -> list[Point]:
    """Return the points of a metric in order, over all values of its dimension or for one."""
    return points(of(user, metric, start, end), dimension)


def total(user: User, metric: str, start: date, end: date, *, dimension: str | None = None) -> list[Total]:
    """Return the sums by currency."""
    return totals_of(of(user, metric, start, end), dimension)


def totals(user: User, metrics: Iterable[str], start: date, end: date) -> dict[str, list[Total]]:
    """Return the sums of several metrics with one query; a metric without events has an empty list."""
    names = [known(metric) for metric in metrics]
    rows = DailyFigure.objects.filter(user=user, metric__in=names, day__gte=start, day__lt=end)
    found: dict[str, list[Total]] = {name: [] for name in names}
    for row in summed(rows, "metric", "currency").order_by("metric", "currency"):
        found[row["metric"]].append(Total(row["currency"], row["number"], row["sum"]))
    return found


def by_dimension(
    user: User, metric: str, start: date, end: date, *, most: int = MOST_OF_A_DIMENSION, currency: str | None = None
) -> list[Share]:
    """Return the sums by the metric's dimension and by currency, the largest first, `most` at most."""
    return shares(of(user, metric, start, end), most, currency)


def different(user: User, metric: str, start: date, end: date) -> int:
    """Return how many values the metric's dimension had."""
    return of(user, metric, start, end).values("dimension").distinct().count()


def hourly(user: User, metric: str, start: datetime, end: datetime, *, dimension: str | None = None) -> list[HourPoint]:
    """Return the points of the hours from `start` on, before `end`: of the last 100 days. Raises UnknownMetric."""
    if not METRICS[known(metric)].hourly:
        raise UnknownMetric(f"{metric} is not kept by the hour")
    rows = HourlyFigure.objects.filter(user=user, metric=metric, hour__gte=start, hour__lt=end)
    if dimension is not None:
        rows = rows.filter(dimension=dimension)
    grouped = summed(rows, "hour", "currency").order_by("hour", "currency")
    return [HourPoint(row["hour"], row["currency"], row["number"], row["sum"]) for row in grouped]


def platform_daily(metric: str, start: date, end: date, *, dimension: str | None = None) -> list[Point]:
    """Return the points over everybody, by day in UTC."""
    return points(of_platform(metric, start, end), dimension)


def platform_total(metric: str, start: date, end: date, *, dimension: str | None = None) -> list[Total]:
    return totals_of(of_platform(metric, start, end), dimension)


def platform_by_dimension(
    metric: str, start: date, end: date, *, most: int = MOST_OF_A_DIMENSION, currency: str | None = None
) -> list[Share]:
    return shares(of_platform(metric, start, end), most, currency)


def counted_until() -> datetime | None:
    """Return when figures were last brought up to date, or None when they never were."""
    return RollupCursor.objects.order_by("pk").values_list("moved_at", flat=True).first()


def known(metric: str) -> str:
    if metric not in METRICS:
        raise UnknownMetric(f"{metric} is not declared: add it to analytics/metrics.py")
    return metric


def of(user: User, metric: str, start: date, end: date) -> QuerySet[Any]:
    return DailyFigure.objects.filter(user=user, metric=known(metric), day__gte=start, day__lt=end)


def of_platform(metric: str, start: date, end: date) -> QuerySet[Any]:
    return PlatformFigure.objects.filter(metric=known(metric), day__gte=start, day__lt=end)


def summed(rows: QuerySet[Any], *by: str) -> QuerySet[Any]:
    grouped: QuerySet[Any] = rows.values(*by).annotate(number=Sum("count"), sum=Sum("amount"))
    return grouped


def points(rows: QuerySet[Any], dimension: str | None) -> list[Point]:
    if dimension is not None:
        rows = rows.filter(dimension=dimension)
    grouped = summed(rows, "day", "currency").order_by("day", "currency")
    return [Point(row["day"], row["currency"], row["number"], row["sum"]) for row in grouped]


def totals_of(rows: QuerySet[Any], dimension: str | None) -> list[Total]:
    if dimension is not None:
        rows = rows.filter(dimension=dimension)
    grouped = summed(rows, "currency").order_by("currency")
    return [Total(row["currency"], row["number"], row["sum"]) for row in grouped]


def shares(rows: QuerySet[Any], most: int, currency: str | None) -> list[Share]:
    if currency is not None:
        rows = rows.filter(currency=currency)
    grouped = summed(rows, "dimension", "currency").order_by("-sum", "-number", "dimension", "currency")[:most]
    return [Share(row["dimension"], row["currency"], row["number"], row["sum"]) for row in grouped]
