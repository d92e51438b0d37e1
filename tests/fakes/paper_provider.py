"""A payment provider that is not Stripe: a page of paper for everything, and one change in the drawer."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from billing import plans, subscriptions
from billing.entitlements import Entitlement
from billing.provider import (
    Coming,
    Entry,
    Feedback,
    Invoice,
    Kind,
    NeverSubscribed,
    Order,
    PaymentMethod,
    PaymentsUnavailable,
    Planned,
    Preview,
    Tally,
)


class PaperProvider:
    def __init__(self) -> None:
        self.drawer: Planned | None = None

    def begin(self) -> None:
        pass

    def checkout_page(self, user: User, order: Order, *, trial_days: int, instead_of: str | None) -> str:
        return f"https://paper.example/{order.tier.value}/{trial_days}/{instead_of or 'new'}"

    def portal_page(self, user: User) -> str:
        raise NeverSubscribed

    def catch_up(self, user: User, *, now: datetime) -> Entitlement | None:
        raise PaymentsUnavailable

    def address_of(self, kind: str, id: str) -> str:
        return f"https://paper.example/{kind}/{id}"

    def preview(self, user: User, order: Order, *, at: datetime) -> Preview:
        price = plans.get(order.tier).price(order.currency, order.interval)
        return Preview(order, at, price, 0, price, at + timedelta(days=30), ())

    def preview_at_renewal(self, user: User, order: Order, *, at: datetime) -> Preview:
        price = plans.get(order.tier).price(order.currency, order.interval)
        return Preview(order, at, 0, 0, price, at + timedelta(days=30), ())

    def change(self, user: User, order: Order, *, at: datetime, now: datetime) -> Entitlement:
        raise PaymentsUnavailable

    def change_at_renewal(self, user: User, order: Order, *, now: datetime) -> Entitlement:
        self.drawer = Planned(order, now + timedelta(days=30))
        return subscriptions.entitlement(user, now=now)

    def cancel(self, user: User, *, feedback: Feedback | None = None, now: datetime) -> Entitlement:
        raise PaymentsUnavailable

    def resume(self, user: User, *, now: datetime) -> Entitlement:
        self.drawer = None
        return subscriptions.entitlement(user, now=now)

    def planned(self, user: User) -> Planned | None:
        return self.drawer

    def coming(self, user: User) -> Coming | None:
        return None

    def invoices(self, user: User, *, most: int, skip: int = 0) -> list[Invoice]:
        return []

    def owed(self, user: User) -> Invoice | None:
        return None

    def payment_method(self, user: User) -> PaymentMethod | None:
        return None

    def tallies(self, kind: Kind, *, since: datetime) -> list[Tally]:
        return []

    def entries(self, kind: Kind, *, search: str, outcome: str, most: int, skip: int) -> list[Entry]:
        return []

    def payment_method_page(self, user: User) -> str:
        raise NeverSubscribed
