"""A payment provider that is not Stripe: a page of paper for everything."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from billing.entitlements import Entitlement
from billing.provider import NeverSubscribed, Order, PaymentsUnavailable


class PaperProvider:
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
