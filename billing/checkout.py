"""Buying a plan and looking after it, on the payment provider's own pages: who may go there, and what we do when they are
back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from accounts.models import User
from analytics import events
from billing import provider
from billing.entitlements import Entitlement
from billing.models import Subscription
from billing.plans import Currency
from billing.provider import Order

TRIAL_DAYS: Final = 14
RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid"})
"""With a subscription that has one of these, another is not begun: it is changed."""

WAITING: Final = frozenset({"paused", "incomplete"})


class AlreadySubscribed(Exception):
    """The account has a subscription, which can be changed in the portal; a second one would be paid beside it."""

    def __init__(self) -> None:
        super().__init__("This account has a subscription already: change it instead.")


def start(user: User, order: Order, *, now: datetime) -> str:
    """Return the address of a page where the order can be paid. Who never had a plan begins with a trial, without a card.

    Who had a plan goes on in its currency, whatever the order says: a provider bills nobody in two. Pages that were opened
    before and not paid are closed, so that nobody pays twice. Raises AlreadySubscribed, provider.PlanNotOnSale,
    provider.PaymentsUnavailable.
    """
    row = Subscription.objects.filter(user=user).first()
    if row is not None and row.status in RUNNING:
        raise AlreadySubscribed
    # What waits for a card, or for its first payment, makes room for what is bought now.
    waiting = row.stripe_id if row is not None and row.status in WAITING else None
    trial_days = TRIAL_DAYS if row is None else 0
    if row is not None:
        order = replace(order, currency=Currency(row.currency))
    page = provider.current().checkout_page(user, order, trial_days=trial_days, instead_of=waiting)
    events.record(
        "checkout.started",
        user_id=user.pk,
        data={
            "plan": order.tier.value,
            "interval": order.interval.value,
            "currency": order.currency.value,
            "has_trial": trial_days > 0,
        },
        now=now,
    )
    return page


def portal(user: User) -> str:
    """Return the address of the page where a plan is changed or cancelled, a card replaced, and invoices are.

    Raises provider.NeverSubscribed, provider.PlanNotOnSale, provider.PaymentsUnavailable.
    """
    return provider.current().portal_page(user)


def catch_up(user: User, *, now: datetime) -> Entitlement | None:
    """Ask the provider how things stand, for somebody who is just back from its pages: a webhook may be late.

    None when there is no customer yet. Raises provider.PaymentsUnavailable.
    """
    return provider.current().catch_up(user, now=now)
