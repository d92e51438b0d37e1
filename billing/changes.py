"""Another plan, another interval, or an end: what counts at once, what waits, and what cannot be changed just now.

What grows counts at once and is paid for the rest of the period. As soon as anything shrinks, the change waits until what
is paid for is over. While nothing was paid, in a trial, every change counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from accounts.models import Tier, User
from billing import plans, provider
from billing.checkout import RUNNING
from billing.entitlements import Entitlement
from billing.models import Subscription
from billing.plans import MONTHS, Currency, Interval
from billing.provider import ChangeOutdated, Feedback, NeverSubscribed, Order, Planned, Preview

GOOD_FOR: Final = timedelta(hours=1)
"""How long what a preview says can be had. Then it is reckoned anew."""


class Hindrance(StrEnum):
    """Why a plan cannot be changed just now."""

    OWED = "owed"
    ENDING = "ending"
    PLANNED = "planned"


class ChangeRefused(Exception):
    """The plan cannot be changed just now; `hindrance` says why."""

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(
            {
                Hindrance.OWED: "The last payment failed: pay the open invoice first.",
                Hindrance.ENDING: "The plan is about to end: take that back first.",
                Hindrance.PLANNED: "A change is planned already: take it back first.",
            }[hindrance]
        )
        self.hindrance = hindrance


class NothingToChange(Exception):
    """The account has this plan and interval already, or is going to."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change comes to, and whether it counts at once or at the renewal."""

    preview: Preview
    before: Order
    is_at_once: bool
    is_trial: bool

    @property
    def order(self) -> Order:
        return self.preview.order


def present(user: User) -> Order | None:
    """Return the plan that runs; None when none does."""
    row = running(user)
    return _order(row) if row else None


def running(user: User) -> Subscription | None:
    return Subscription.objects.filter(user=user, status__in=RUNNING).first()


def is_at_once(before: Order, wanted: Order) -> bool:
    """Say whether a change of a plan that was paid for counts at once."""
    tiers = list(plans.PLANS)
    grows = tiers.index(wanted.tier) >= tiers.index(before.tier)
    return grows and MONTHS[wanted.interval] >= MONTHS[before.interval]


def hindrance(row: Subscription, planned: Planned | None, *, at_once: bool) -> Hindrance | None:
    """Return what stands in the way of a change; one that is planned may be replaced by another."""
    if row.status in {"past_due", "unpaid"}:
        return Hindrance.OWED
    if row.ends_at is not None:
        return Hindrance.ENDING
    if at_once and planned is not None and not planned.page:
        return Hindrance.PLANNED
    return None


def quote(user: User, tier: Tier, interval: Interval, *, now: datetime) -> Quote:
    """Return what a change would come to now. Raises as `make` does, but PaymentDeclined."""
    row, before, wanted, at_once = _checked(user, tier, interval)
    ask = provider.current().preview if at_once else provider.current().preview_at_renewal
    # Whole seconds: what is shown is what the page sends back.
    preview = ask(user, wanted, at=now.replace(microsecond=0))
    return Quote(preview, before, at_once, is_trial=row.status == "trialing")


def make(user: User, tier: Tier, interval: Interval, *, at: datetime, now: datetime) -> Entitlement:
    """Change the plan, at what the quote of the moment `at` said.

    Raises NeverSubscribed, NothingToChange, ChangeRefused, provider.ChangeOutdated, provider.PaymentDeclined,
    provider.PlanNotOnSale, provider.PaymentsUnavailable, and ValueError for the plan that costs nothing.
    """
    if not now - GOOD_FOR <= at <= now:
        raise ChangeOutdated
    _, _, wanted, at_once = _checked(user, tier, interval)
    if at_once:
        return provider.current().change(user, wanted, at=at, now=now)
    return provider.current().change_at_renewal(user, wanted, now=now)


def cancel(user: User, *, feedback: Feedback | None, now: datetime) -> Entitlement:
    """Let the plan end when what is paid for is over; at once where a payment is owed, which is waived.

    Raises NeverSubscribed, provider.ChangeOutdated, provider.PaymentsUnavailable.
    """
    if running(user) is None:
        raise NeverSubscribed
    return provider.current().cancel(user, feedback=feedback, now=now)


def keep(user: User, *, now: datetime) -> Entitlement:
    """Take back an end or a change that has not come yet.

    Raises NeverSubscribed, provider.ChangeOutdated, provider.PaymentsUnavailable.
    """
    if running(user) is None:
        raise NeverSubscribed
    return provider.current().resume(user, now=now)


def _checked(user: User, tier: Tier, interval: Interval) -> tuple[Subscription, Order, Order, bool]:
    row = running(user)
    if row is None:
        raise NeverSubscribed
    before = _order(row)
    wanted = Order(tier, interval, before.currency)
    planned = provider.current().planned(user)
    at_once = row.status == "trialing" or is_at_once(before, wanted)
    if found := hindrance(row, planned, at_once=at_once):
        raise ChangeRefused(found)
    if wanted == before or (planned is not None and planned.order == wanted and not planned.page):
        raise NothingToChange("This is the plan already.")
    return row, before, wanted, at_once


def _order(row: Subscription) -> Order:
    return Order(Tier(row.plan), Interval(row.interval), Currency(row.currency))
