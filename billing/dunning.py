"""When which letter about a subscription is due: by what the provider tells, and by time alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from billing import plans
from billing.entitlements import GRACE
from billing.letters import DUNNING, Data, Kind
from billing.mailing import OWING, note
from billing.models import BillingLetter, Comp, Subscription
from billing.plans import Currency, Interval

STAGES: Final = (timedelta(0), timedelta(days=5), timedelta(days=11))
"""How long after the unpaid invoice each of the three is written, within the 14 days of grace.

At once, for most cards are put right by who hears of it. After five days, for a weekend has passed, and a try of the
provider's. And with three days left: late enough to be the last word, and soon enough for a bank to send another card.
"""

TRIAL_NOTICE: Final = timedelta(days=3)
"""So long before its end a trial is told of: when Stripe's own `trial_will_end` comes, which a webhook may lose."""

GOES_ON: Final = frozenset({"active", "trialing"})
RAN: Final = frozenset({"active", "past_due", "unpaid"})


def changed(user: User, before: Subscription, after: Subscription, *, now: datetime, is_on_free: bool) -> None:
    """Note what is to be told of a change, in its transaction. `before` and `after` are the row as it was and is.

    `is_on_free` says that the account has no other plan, as by a gift.
    """
    was, told = before.status, {"plan": before.plan}
    if was in OWING and after.status in GOES_ON and before.stripe_id == after.stripe_id:
        relieve(user, after, now=now)
    elif was == "trialing" and after.status in {"paused", "canceled"} and is_on_free:
        note(user, Kind.TRIAL_ENDED, about=before.stripe_id, data=told, now=now)
    elif was in RAN and after.status == "canceled" and is_on_free:
        note(user, Kind.PLAN_ENDED, about=before.stripe_id, data=told, now=now)


def closed(user: User, *, now: datetime) -> None:
    """Note that an account may only read from now on, in the transaction in which that begins."""
    row = Subscription.objects.get(user=user)
    note(user, Kind.READ_ONLY, about=_since(row, now), data=debt(row), now=now)


def relieve(user: User, row: Subscription, *, now: datetime) -> None:
    """Say that all is well again, to whoever was told that it is not."""
    told = BillingLetter.objects.filter(
        user=user, mailed_at__isnull=False, kind__in=[*DUNNING, Kind.READ_ONLY, Kind.PAID]
    )
    last = told.order_by("-created_at", "-pk").first()
    if last is not None and last.kind != Kind.PAID:
        note(user, Kind.PAID, about=str(last.pk), data={"plan": row.plan}, now=now)


def note_due(*, now: datetime, at_most: int = 500) -> int:
    """Note the letters whose time has come, and return how many. One that is overtaken by the next is left out."""
    count = 0
    for kind, (after, until) in zip(DUNNING, pairwise((*STAGES, GRACE)), strict=True):
        for row in owing(kind, since=now - until, until=now - after)[:at_most]:
            count += note(row.user, kind, about=_since(row, now), data=debt(row), now=now)
    for row in ending(now=now)[:at_most]:
        about = row.trial_ends_at.isoformat() if row.trial_ends_at else ""
        count += note(row.user, Kind.TRIAL_ENDING, about=about, data=offer(row), now=now)
    return count


def owing(kind: Kind, *, since: datetime, until: datetime) -> QuerySet[Subscription]:
    """Return who owes for a time between two, and was not written to."""
    told = BillingLetter.objects.filter(user=OuterRef("user"), kind=kind, created_at__gte=OuterRef("unpaid_since"))
    # Who was given a plan besides will not be read-only, and need not be told so.
    spared = (
        Comp.objects.filter(user=OuterRef("user"), ended_at=None) if kind == Kind.PAYMENT_LAST else Comp.objects.none()
    )
    return (
        Subscription.objects.filter(
            ~Exists(told),
            ~Exists(spared),
            status="past_due",
            access=Subscription.Access.FULL,
            unpaid_since__gt=since,
            unpaid_since__lte=until,
        )
        .select_related("user")
        .order_by("pk")
    )


def ending(*, now: datetime) -> QuerySet[Subscription]:
    """Return whose trial ends soon and would go on, and who was not written to."""
    told = BillingLetter.objects.filter(
        user=OuterRef("user"), kind=Kind.TRIAL_ENDING, created_at__gte=OuterRef("trial_ends_at") - TRIAL_NOTICE
    )
    return (
        Subscription.objects.filter(
            ~Exists(told),
            status="trialing",
            ends_at=None,
            trial_ends_at__gt=now,
            trial_ends_at__lte=now + TRIAL_NOTICE,
        )
        .select_related("user")
        .order_by("pk")
    )


def debt(row: Subscription) -> Data:
    """Return what letters about a debt tell: for which plan, how much, and until when it can be paid."""
    day = {"day": (row.unpaid_since + GRACE).isoformat()} if row.unpaid_since else {}
    return {"plan": row.plan, "owed": row.owed, "currency": row.currency, **day}


def offer(row: Subscription) -> Data:
    """Return what the letter about the end of a trial tells."""
    price = plans.get(row.plan).price(Currency(row.currency), Interval(row.interval))
    return {
        "plan": row.plan,
        "price": price,
        "currency": row.currency,
        "interval": row.interval,
        "day": row.trial_ends_at.isoformat() if row.trial_ends_at else "",
    }


def _since(row: Subscription, now: datetime) -> str:
    return (row.unpaid_since or now).isoformat()
