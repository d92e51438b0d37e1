"""Somebody with a plan of the catalogue, on the simulator's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Tier, User
from billing import stripe_mirror, stripe_papers
from billing.models import Subscription
from billing.plans import Currency, Interval
from billing.stripe_catalogue import lookup_key
from tests.fakes.stripe_account import Account

DAY = 86_400


class Subscriber:
    """An account, its customer, and the time that it is for both."""

    def __init__(self, account: Account, user: User) -> None:
        self.account = account
        self.v1: Any = account.client.v1
        self.user = user
        self.customer = stripe_mirror.customer_of(user)
        self.card("pm_card_visa")

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.account.server.world.now(), UTC)

    def price(self, tier: Tier, interval: Interval = Interval.MONTH, currency: Currency = Currency.EUR) -> Any:
        return self.v1.prices.list({"lookup_keys": [lookup_key(tier, interval, currency)]}).data[0].id

    def subscribe(self, tier: Tier = Tier.PRO, interval: Interval = Interval.MONTH, **fields: Any) -> Any:
        wanted = {"customer": self.customer, "items": [{"price": self.price(tier, interval)}], **fields}
        made = self.v1.subscriptions.create(wanted)
        self.id = made.id
        self.look()
        return made

    def card(self, name: str) -> None:
        self.account.give_card(self.customer, name)

    def wait(self, days: float) -> None:
        self.account.control("advance", seconds=int(days * DAY))
        self.look()

    def look(self) -> None:
        stripe_mirror.fetch(self.customer, now=self.now)
        stripe_papers.fetch(self.customer)

    def tier(self) -> str:
        self.user.refresh_from_db()
        return self.user.tier

    def row(self) -> Subscription:
        return Subscription.objects.get(user=self.user)

    def at_stripe(self) -> Any:
        return self.v1.subscriptions.retrieve(self.id)

    def price_now(self) -> str:
        return str(self.at_stripe()["items"].data[0].price.id)

    def invoices(self) -> list[int]:
        """Return what was charged, the oldest first."""
        found = self.v1.invoices.list({"customer": self.customer, "limit": 100}).data
        return [one.amount_paid for one in found][::-1]

    def half(self) -> timedelta:
        """Wait for the middle of the period, and return how long that took."""
        item = self.at_stripe()["items"].data[0]
        days = (item.current_period_end - item.current_period_start) / 2 / DAY
        self.wait(days)
        return timedelta(days=days)
