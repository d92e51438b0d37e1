"""Stripe, as a payment provider: its hosted Checkout and customer portal."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from billing import (
    stripe_books,
    stripe_catalogue,
    stripe_changes,
    stripe_client,
    stripe_mirror,
    stripe_papers,
    stripe_privacy,
)
from billing import stripe_refunds as stripe_refunds  # its receiver listens from here on
from billing.entitlements import Entitlement
from billing.provider import NeverSubscribed, Order
from billing.stripe_books import StripeBooks
from billing.stripe_changes import StripeChanges
from billing.stripe_papers import StripePapers


class StripeProvider(StripeChanges, StripePapers, StripeBooks):
    """See `billing.provider.Provider`."""

    def begin(self) -> None:
        stripe_client.configure()
        stripe_privacy.declare()

    def checkout_page(self, user: User, order: Order, *, trial_days: int, instead_of: str | None) -> str:
        with stripe_client.answering():
            customer = stripe_mirror.customer_of(user)
            price = stripe_catalogue.price_id(order.tier, order.interval, order.currency)
            close_open_pages(customer)
            if instead_of is not None:
                with suppress(stripe_client.Refused):
                    stripe_client.client().v1.subscriptions.cancel(instead_of)
            wanted = checkout_session(user, customer, price, trial_days=trial_days)
            return str(stripe_client.client().v1.checkout.sessions.create(wanted).url)

    def portal_page(self, user: User) -> str:
        customer = stripe_mirror.known_customer_of(user)
        if customer is None:
            raise NeverSubscribed
        with stripe_papers.known(), stripe_client.answering():
            session = stripe_client.client().v1.billing_portal.sessions.create(
                {
                    "customer": customer,
                    "configuration": stripe_catalogue.portal_id(),
                    "return_url": settings.BASE_URL + reverse("billing:back"),
                    "locale": "fr" if user.locale == "fr" else "en",
                }
            )
        return str(session.url)

    def catch_up(self, user: User, *, now: datetime) -> Entitlement | None:
        customer = stripe_mirror.known_customer_of(user)
        if customer is None:
            return None
        with stripe_client.answering():
            found = stripe_mirror.fetch(customer, now=now)
            stripe_papers.fetch(customer)
            stripe_changes.follow_card(customer)
            return found

    def address_of(self, kind: str, id: str) -> str:
        return stripe_books.address_of(kind, id)


def close_open_pages(customer: str) -> None:
    sessions = stripe_client.client().v1.checkout.sessions
    for one in sessions.list({"customer": customer, "status": "open", "limit": 100}).auto_paging_iter():
        # It may be paid, or run out, in this moment.
        with suppress(stripe_client.Refused):
            sessions.expire(one.id)


def checkout_session(user: User, customer: str, price: str, *, trial_days: int) -> Any:
    wanted: dict[str, Any] = {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": str(user.pk),
        "line_items": [{"price": price, "quantity": 1}],
        "allow_promotion_codes": True,
        "locale": "fr" if user.locale == "fr" else "en",
        "success_url": settings.BASE_URL + reverse("billing:back"),
        "cancel_url": settings.BASE_URL + reverse("billing:left"),
    }
    if trial_days:
        wanted["payment_method_collection"] = "if_required"
        wanted["subscription_data"] = {
            "trial_period_days": trial_days,
            # At its end it pauses, and the account goes on with the free plan.
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        }
    return wanted
