"""Who costs most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Count, F, Q, Sum

from accounts.models import User
from ai_routing.models import LedgerEntry
from ai_routing.reports.period import Period

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Person:
    """What a user's requests came to. Money in micro-USD; the cost is None when no call of theirs has a known price."""

    id: int
    email: str
    plan: str
    requests: int
    cost: Decimal | None
    baseline: Decimal | None


def dearest(period: Period) -> Sequence[Person]:
    """Return the users whose requests cost most, at most MOST, the dearest first; those who left are nobody."""
    found = (
        LedgerEntry.objects.filter(created_at__gte=period.start, created_at__lt=period.end, user__isnull=False)
        .values("user_id")
        .annotate(
            requests=Count("pk", filter=Q(kind__in=[LedgerEntry.Kind.CALL, LedgerEntry.Kind.DRAFT], attempt=1)),
            cost=Sum("cost_micro_usd"),
            baseline=Sum("baseline_micro_usd"),
        )
        .order_by(F("cost").desc(nulls_last=True), "user_id")[:MOST]
    )
    sums = list(found)
    users = User.objects.only("email", "tier").in_bulk([row["user_id"] for row in sums])
    return [
        Person(
            id=row["user_id"],
            email=users[row["user_id"]].email,
            plan=users[row["user_id"]].tier,
            requests=row["requests"],
            cost=row["cost"],
            baseline=row["baseline"],
        )
        for row in sums
    ]
