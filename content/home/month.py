"""What AI has cost a creator this month, and what it saved them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, Sum

from accounts.models import User
from ai_routing import saving
from ai_routing.models import LedgerEntry
from billing import utc_periods


def money(user: User, *, now: datetime) -> saving.Money | None:
    """Return the sums since the first of the month, in UTC as credits are counted; None when no model was asked.

    The saving is None where GPT-4o would have been asked for none of it, as with the demonstration model.
    """
    calls = ~Q(kind=LedgerEntry.Kind.CORRECTION)
    sums = LedgerEntry.objects.filter(user=user, created_at__gte=utc_periods.month(now).starts_at).aggregate(
        calls=Count("pk", filter=calls),
        unpriced=Count("pk", filter=calls & Q(cost_micro_usd=None)),
        cost=Sum("cost_micro_usd"),
        baseline=Sum("baseline_micro_usd"),
    )
    if not sums["calls"]:
        return None
    return saving.Money(
        # Where no call has a price, a sum of 0 would be no cost.
        cost_micro_usd=None if sums["unpriced"] == sums["calls"] else sums["cost"],
        baseline_micro_usd=sums["baseline"] or None,
    )
