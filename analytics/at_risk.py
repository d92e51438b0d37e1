"""Fans who pay regularly, and now are late: who might be lost, as long as something can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet

from accounts.models import User
from analytics.models import FanFigures

FEWEST_PAYMENTS: Final = 2
LATE: Final = 1.5
"""How many of their usual times between two payments must be over since the last one."""
SHORTEST: Final = timedelta(days=7)
"""Who buys several times in a day is not at risk the day after."""
GONE: Final = timedelta(days=90)
"""After this time somebody is no longer at risk, but gone."""


@dataclass(frozen=True, slots=True)
class Late:
    """A fan who is late, and since when."""

    fan: UUID
    last_paid_at: datetime
    payments: int


def fans(user: User, *, now: datetime, most: int) -> list[Late]:
    """Return those who are late, the latest to have paid first. Only those of the last GONE are looked at, by an index."""
    found = late(user, now=now).order_by("-last_paid_at", "fan")[:most]
    return [Late(one.fan, one.last_paid_at, one.payments) for one in found if one.last_paid_at]


def late(user: User, *, now: datetime) -> QuerySet[FanFigures]:
    # 1.5 times the usual, (last − first) / (payments − 1), without a division that might be by zero.
    waited = ExpressionWrapper((now - F("last_paid_at")) * (F("payments") - 1), output_field=DurationField())
    usual = ExpressionWrapper((F("last_paid_at") - F("first_paid_at")) * LATE, output_field=DurationField())
    return (
        FanFigures.objects.filter(
            user=user,
            last_paid_at__gt=now - GONE,
            last_paid_at__lt=now - SHORTEST,
            payments__gte=FEWEST_PAYMENTS,
        )
        .filter(Q(lapsed_at=None) | Q(lapsed_at__lt=F("last_paid_at")))
        .annotate(waited=waited, usual=usual)
        .filter(waited__gt=F("usual"))
    )
