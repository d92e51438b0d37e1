"""Buying a plan and looking after it, on the payment provider's own pages: what we send people there with, and what we do
when they are back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from accounts.models import Tier, User
from billing import stripe_catalogue, stripe_client, stripe_mirror
from billing.entitlements import Entitlement
from billing.models import Subscription
from billing.plans import Currency, Interval
from billing.stripe_client import PaymentsUnavailable

TRIAL_DAYS: Final = 14
RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid"})
"""With a subscription that has one of these, another is not begun: it is changed."""

WAITING: Final = frozenset({"paused", "incomplete"})


class AlreadySubscribed(Exception):
    """The account has a subscription, which can be changed in the portal; a second one would be paid beside it."""

    def __init__(self) -> None:
        super().__init__("This account has a subscription already: change it instead.")


class NeverSubscribed(Exception):
    """There is nothing to look after yet: no plan was ever bought."""

    def __init__(self) -> None:
        super().__init__("There is no subscription yet: choose a plan first.")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to buy. Raises ValueError for the tier that costs nothing."""

    tier: Tier
    interval: Interval
    currency: Currency

    def __post_init__(self) -> None:
        if self.tier == Tier.FREE:
            raise ValueError("Free is not bought")


def start(user: User, order: Order) -> str:
    """Return the address of a page where the order can be paid. Who never had a plan begins with a trial, without a card.

    Pages that were opened before and not paid are closed, so that nobody pays twice. Raises AlreadySubscribed,
    stripe_catalogue.PlanNotOnSale, PaymentsUnavailable.
    """
    row = Subscription.objects.filter(user=user).first()
    if row is not None and row.status in RUNNING:
        raise AlreadySubscribed
    try:
        customer = stripe_mirror.customer_of(user)
        price = stripe_catalogue.price_id(order.tier, order.interval, order.currency)
        _close_open_pages(customer)
        if row is not None and row.status in WAITING:
            # What waits for a card, or for its first payment, makes room for what is bought now.
            with suppress(stripe_client.Refused):
                stripe_client.client().v1.subscriptions.cancel(row.stripe_id)
        session = stripe_client.client().v1.checkout.sessions.create(_session(user, customer, price, trial=row is None))
    except stripe_client.AWAY as error:
        raise PaymentsUnavailable from error
    return str(session.url)


def portal(user: User) -> str:
    """Return the address of the page where a plan is changed or cancelled, a card replaced, and invoices are.

    Raises NeverSubscribed, stripe_catalogue.PlanNotOnSale, PaymentsUnavailable.
    """
    customer = stripe_mirror.known_customer_of(user)
    if customer is None:
        raise NeverSubscribed
    try:
        session = stripe_client.client().v1.billing_portal.sessions.create(
            {
                "customer": customer,
                "configuration": stripe_catalogue.portal_id(),
                "return_url": settings.BASE_URL + reverse("billing:back"),
                "locale": "fr" if user.locale == "fr" else "en",
            }
        )
    except stripe_client.AWAY as error:
        raise PaymentsUnavailable from error
    return str(session.url)


def catch_up(user: User, *, now: datetime) -> Entitlement | None:
    """Ask the provider how things stand, for somebody who is just back from its pages: a webhook may be late.

    None when there is no customer yet. Raises PaymentsUnavailable.
    """
    customer = stripe_mirror.known_customer_of(user)
    if customer is None:
        return None
    try:
        return stripe_mirror.fetch(customer, now=now)
    except stripe_client.AWAY as error:
        raise PaymentsUnavailable from error


def _close_open_pages(customer: str) -> None:
    sessions = stripe_client.client().v1.checkout.sessions
    for one in sessions.list({"customer": customer, "status": "open", "limit": 100}).auto_paging_iter():
        # It may be paid, or run out, in this moment.
        with suppress(stripe_client.Refused):
            sessions.expire(one.id)


def _session(user: User, customer: str, price: str, *, trial: bool) -> Any:
    wanted: dict[str, Any] = {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": str(user.pk),
        "line_items": [{"price": price, "quantity": 1}],
        "allow_promotion_codes": True,
        "locale": "fr" if user.locale == "fr" else "en",
        "success_url": settings.BASE_URL + reverse("billing:back"),
        "cancel_url": settings.BASE_URL + reverse("billing:billing"),
    }
    if trial:
        wanted["payment_method_collection"] = "if_required"
        wanted["subscription_data"] = {
            "trial_period_days": TRIAL_DAYS,
            # At its end it pauses, and the account goes on with the free plan.
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        }
    return wanted
