"""Tell creators that 80 or 100 % of a month's credits are used: once each, and anew on a larger plan.

A sweep finds them, so that settling, which is on the way of every text, has nothing to do with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from billing.letters import Data, Kind
from billing.mailing import note
from billing.models import BillingLetter, QuotaPeriod

LOW_PERCENT: Final = 80
AT_MOST: Final = 500

LOW: Final = Q(used__gte=F("credit_limit") * LOW_PERCENT / 100, used__lt=F("credit_limit"))
GONE: Final = Q(used__gte=F("credit_limit"))


def note_crossed(*, now: datetime) -> int:
    """Note the marks that were reached since the last call, and return how many."""
    count = 0
    for kind, mark in ((Kind.CREDITS_LOW, LOW), (Kind.CREDITS_GONE, GONE)):
        for period in crossed(kind, mark, now=now)[:AT_MOST]:
            count += note(period.user, kind, about=f"{period.pk} {period.plan}", data=figures(period), now=now)
    return count


def crossed(kind: Kind, mark: Q, *, now: datetime) -> QuerySet[QuotaPeriod]:
    """Return the months under way that passed a mark on their plan, and of which that was not told."""
    # A larger plan gives the month another name, and so each mark another letter.
    name = Concat(Cast(OuterRef("pk"), models.CharField()), Value(" "), OuterRef("plan"))
    told = BillingLetter.objects.filter(user=OuterRef("user"), kind=kind, about=name)
    return (
        QuotaPeriod.objects.filter(mark, ~Exists(told), starts_at__lte=now, ends_at__gt=now, credit_limit__gt=0)
        .select_related("user")
        .order_by("pk")
    )


def figures(period: QuotaPeriod) -> Data:
    return {
        "used": period.used,
        "limit": period.credit_limit,
        "left": max(0, period.credit_limit - period.used - period.reserved),
        "day": period.ends_at.isoformat(),
    }
