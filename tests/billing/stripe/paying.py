"""A creator who pays, and the webhooks that follow."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from accounts.models import Tier, User
from billing import stripe_events, stripe_mirror
from billing.models import WebhookEvent
from devstack.stripe_server import delivery
from tests.fakes.stripe_account import Account

SECRET: Final = "whsec_of_this_test"
ADDRESS: Final = "/api/webhooks/stripe"


def send(event: dict[str, Any] | bytes, **how: Any) -> int:
    """Deliver an event as Stripe does, have it done as a worker does, and return the status of the answer."""
    status = post(event, **how)
    work()
    return status


def work(later: timedelta = timedelta(0)) -> None:
    """Do what waits, as a worker would so much later; what fails goes on waiting."""
    waiting = WebhookEvent.objects.filter(processed_at=None).order_by("pk").values_list("pk", flat=True)
    for id in list(waiting):
        stripe_events.work(id, now=timezone.now() + later)


def post(event: dict[str, Any] | bytes, *, secret: str = SECRET, at: int | None = None, headers: Any = None) -> int:
    """Deliver an event as Stripe does, and return the status of the answer."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = delivery.signature([secret], body, int(time.time()) if at is None else at)
    client = Client(raise_request_exception=False)
    sent = client.post(
        ADDRESS, body, content_type="application/json", headers={"Stripe-Signature": signature, **(headers or {})}
    )
    return sent.status_code


class Payer:
    """A creator with a customer, and prices for each tier."""

    def __init__(self, account: Account, user: User) -> None:
        self.account = account
        self.v1 = account.client.v1
        self.user = user
        self.customer = stripe_mirror.customer_of(user)
        self.read = 0

    def price(self, tier: Tier, amount: int = 2900) -> Any:
        product = self.v1.products.create({"name": str(tier.label), "metadata": {"tier": tier.value}})
        return self.v1.prices.create(
            {
                "product": product.id, "unit_amount": amount, "currency": "eur", "recurring": {"interval": "month"},
                "metadata": {"tier": tier.value},
            }
        )  # fmt: skip

    def subscribe(self, tier: Tier = Tier.PRO, card: str = "pm_card_visa", **fields: Any) -> Any:
        self.account.give_card(self.customer, card)
        wanted: Any = {"customer": self.customer, "items": [{"price": self.price(tier).id}], **fields}
        return self.v1.subscriptions.create(wanted)

    def events(self) -> list[dict[str, Any]]:
        """Return what happened since this was last asked, the oldest first, as it is sent."""
        with self.account.server.lock:
            found = list(self.account.server.world.objects["event"].values())
        new, self.read = found[self.read :], len(found)
        return json.loads(json.dumps(new))  # type: ignore[no-any-return]

    def deliver(self) -> list[int]:
        return [send(event) for event in self.events()]

    def tier(self) -> str:
        self.user.refresh_from_db()
        return self.user.tier
