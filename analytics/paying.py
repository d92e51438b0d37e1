"""Who paid in a range, who did in the one before, and who stayed: counted from the events of earnings, by an index.

A fan counts once however often they paid. Earnings that name no fan count for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, When
from django.db.models.fields.json import KT

from accounts.models import User
from analytics import kpis
from analytics.models import Event, FanFigures
from analytics.ranges import Range


@dataclass(frozen=True, slots=True)
class Paying:
    """Fans who paid in a range, in the one before it, and in both; and the same for the two before."""

    now: int
    before: int
    stayed: int
    long_before: int
    stayed_before: int

    @property
    def churn(self) -> Decimal | None:
        """Of those who paid before, the share in percent who did not pay again."""
        return kpis.fan_churn(self.before, self.stayed)

    @property
    def churn_before(self) -> Decimal | None:
        return kpis.fan_churn(self.long_before, self.stayed_before)


def count(user: User, range_: Range, currency: str = "") -> Paying:
    """Return how many fans paid, in one currency or in any, with one query."""
    before, long_before = range_.before, range_.before.before
    fans = (
        of_fans(user, long_before.starts_at, range_.ends_at, currency)
        .values(fan=KT("data__fan_id"))
        .annotate(in_now=payments(range_), in_before=payments(before), in_long_before=payments(long_before))
    )
    found = fans.aggregate(
        now=Count("fan", filter=Q(in_now__gt=0)),
        before=Count("fan", filter=Q(in_before__gt=0)),
        stayed=Count("fan", filter=Q(in_now__gt=0, in_before__gt=0)),
        long_before=Count("fan", filter=Q(in_long_before__gt=0)),
        stayed_before=Count("fan", filter=Q(in_before__gt=0, in_long_before__gt=0)),
    )
    return Paying(**found)


def of_fans(user: User, start: datetime, end: datetime, currency: str = "") -> QuerySet[Event]:
    """Return the events that make or unmake a payment of a fan, in one currency or in any."""
    rows = Event.objects.filter(
        user=user, event__in=["earning.recorded", "earning.removed"], created_at__gte=start, created_at__lt=end
    )
    return (rows.filter(data__currency=currency) if currency else rows).exclude(data__fan_id=None)


def payments(range_: Range) -> Sum:
    """Return how many payments there were in a range; one that was taken back as a mistake was none."""
    way = Case(When(event="earning.removed", then=-1), default=1, output_field=IntegerField())
    return Sum(way, filter=within(range_), default=0)


def within(range_: Range) -> Q:
    return Q(created_at__gte=range_.starts_at, created_at__lt=range_.ends_at)


def first_payments(user: User, range_: Range) -> int:
    """Return how many fans paid for the first time."""
    return FanFigures.objects.filter(
        user=user, first_paid_at__gte=range_.starts_at, first_paid_at__lt=range_.ends_at
    ).count()
