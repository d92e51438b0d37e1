"""What a customer does in their life, and what Stripe then holds of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from accounts.models import Tier, User
from billing.models import Subscription
from tests.billing.stripe.paying import Payer
from tests.fakes.stripe_account import Account

FAMILIES: Final = (
    "checkout.session.completed",
    "customer.subscription.",
    "invoice.",
    "payment_intent.payment_failed",
    "charge.refunded",
    "charge.dispute.",
    "customer.deleted",
)
LIVING: Final = frozenset({"active", "trialing", "past_due", "unpaid", "paused", "incomplete"})
WORTH_A_PLAN: Final = frozenset({"active", "trialing", "past_due"})
MONTH: Final = 32 * 86_400


class Life(Payer):
    """A customer; each step that makes no sense as things stand is left out."""

    def __init__(self, account: Account, user: User) -> None:
        super().__init__(account, user)
        self.is_deleted = False
        # Prices are none of its events.
        self.prices = {tier: self.price(tier).id for tier in (Tier.STARTER, Tier.PRO, Tier.SCALE)}
        self.events()

    @property
    def subscription(self) -> dict[str, Any] | None:
        """What Stripe holds: the one that lives, or the newest."""
        with self.account.server.lock:
            found = list(self.account.server.world.all("subscription", customer=self.customer))
        living = [one for one in found if one["status"] in LIVING]
        return next(reversed(living or found), None)

    @property
    def lives(self) -> bool:
        return self.subscription is not None and self.subscription["status"] in LIVING

    def told(self) -> list[dict[str, Any]]:
        """Return what happened since this was last asked, of the kinds that matter."""
        return [event for event in self.events() if event["type"].startswith(FAMILIES)]

    # --- Steps ---

    def buy(self) -> None:
        """Pay on Stripe's page."""
        if self.lives or self.is_deleted:
            return
        page = self.v1.checkout.sessions.create(
            {
                "mode": "subscription",
                "customer": self.customer,
                "line_items": [{"price": self.prices[Tier.PRO], "quantity": 1}],
                "success_url": "https://huntaze.example/app/billing/back",
            }
        )
        self.account.submit(str(page.url), number="4242 4242 4242 4242")

    def begin_trial(self) -> None:
        if not (self.lives or self.is_deleted):
            self._begin("pm_card_visa", trial_period_days=14)

    def be_declined(self) -> None:
        """The first payment does not come."""
        if not (self.lives or self.is_deleted):
            self._begin("pm_card_chargeCustomerFail")

    def upgrade(self) -> None:
        one = self._running()
        if one:
            item = one["items"]["data"][0]["id"]
            self.v1.subscriptions.update(one["id"], {"items": [{"id": item, "price": self.prices[Tier.SCALE]}]})

    def cancel_later(self) -> None:
        one = self._running()
        if one:
            self.v1.subscriptions.update(one["id"], {"cancel_at_period_end": True})

    def cancel_now(self) -> None:
        one = self._running()
        if one:
            self.v1.subscriptions.cancel(one["id"])

    def miss_a_renewal(self) -> None:
        """The card is good no more, and a month passes."""
        if self._running():
            self.account.give_card(self.customer, "pm_card_chargeCustomerFail")
            self.account.control("advance", seconds=MONTH)

    def get_money_back(self) -> None:
        paid = self._paid()
        if paid:
            self.v1.refunds.create({"charge": paid["id"]})

    def dispute(self) -> None:
        paid = self._paid()
        if paid:
            self.account.control("dispute", charge=paid["id"])

    def be_deleted(self) -> None:
        if not self.is_deleted:
            self.v1.customers.delete(self.customer)
            self.is_deleted = True

    def _begin(self, card: str, **fields: Any) -> None:
        self.account.give_card(self.customer, card)
        wanted: Any = {"customer": self.customer, "items": [{"price": self.prices[Tier.STARTER]}], **fields}
        wanted["payment_behavior"] = "allow_incomplete"
        self.v1.subscriptions.create(wanted)

    def _running(self) -> dict[str, Any] | None:
        one = self.subscription
        return one if one and one["status"] in {"active", "trialing"} and not self.is_deleted else None

    def _paid(self) -> dict[str, Any] | None:
        """Return a payment that nobody has taken back yet."""
        with self.account.server.lock:
            found = self.account.server.world.all("charge", customer=self.customer, status="succeeded")
            return next((one for one in found if not one["refunded"] and not one["disputed"]), None)

    # --- What follows ---

    def assert_as_stripe_holds(self) -> None:
        """Hold the account against Stripe's objects, by rules of its own."""
        one = self.subscription
        row = Subscription.objects.filter(user=self.user).first()
        if one is None or (self.is_deleted and row is None):
            assert (row, self.tier()) == (None, "free")
            return
        assert row is not None
        if self.is_deleted:
            assert (row.status, self.tier()) == ("canceled", "free")
            return
        item = one["items"]["data"][0]
        plan = item["price"]["metadata"]["tier"]
        assert (row.stripe_id, row.status, row.plan) == (one["id"], one["status"], plan)
        assert self.tier() == (plan if one["status"] in WORTH_A_PLAN else "free")
        assert row.period_ends_at == at(item["current_period_end"])
        assert row.ends_at == (at(one["cancel_at"]) if one["cancel_at"] else None)
        if one["status"] == "past_due":
            with self.account.server.lock:
                owed = self.account.server.world.get("invoice", one["latest_invoice"])
            assert row.unpaid_since == at(owed["created"])


STEPS: Final = (
    Life.buy,
    Life.begin_trial,
    Life.be_declined,
    Life.upgrade,
    Life.cancel_later,
    Life.cancel_now,
    Life.miss_a_renewal,
    Life.get_money_back,
    Life.dispute,
    Life.be_deleted,
)


def at(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
