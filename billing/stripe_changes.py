"""Changes of a subscription: prorated at once, or by a schedule when its period is over.

All that is asked of Stripe for one customer is done under their lock, so that a button that is clicked twice acts once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from djstripe.models import Invoice, Price, SubscriptionSchedule

from accounts.models import Tier, User
from billing import plans, provider, stripe_catalogue, stripe_client, stripe_discounts, stripe_mirror, stripe_papers
from billing.entitlements import Entitlement
from billing.plans import Currency, Interval
from billing.provider import Coming, Feedback, Order, Planned, Preview

RUNNING: Final = frozenset({"active", "trialing", "past_due", "unpaid"})
OWING: Final = frozenset({"past_due", "unpaid"})
NO_NEXT_ONE: Final = "invoice_upcoming_none"


class StripeChanges:
    """See `billing.provider.Changes`."""

    def preview(self, user: User, order: Order, *, at: datetime) -> Preview:
        one = running(user)
        with refusing(), stripe_client.answering():
            items = wanted_items(one, order)
            if one["status"] == "trialing":
                told = invoice_of(one, {"items": items, "proration_behavior": "none"})
                return _preview(
                    order, at, due=0, credited=0, told=told, renewal=told["total"], renews_at=period_end(one)
                )
            prorated = {"proration_behavior": "always_invoice", "proration_date": int(at.timestamp())}
            told = invoice_of(one, {"items": items, **prorated})
            credited = -sum(line["amount"] for line in told["lines"]["data"] if line["amount"] < 0)
            if order.interval == interval_of(one):
                later = invoice_of(one, {"items": items, "proration_behavior": "none"})
                renewal, renews_at = later["total"], period_end(one)
            else:
                # It begins a period of its own, now; what that costs stands in the same invoice.
                renews_at = moment(max(line["period"]["end"] for line in told["lines"]["data"]))
                renewal = stripe_discounts.taken_off(list_price(order), told, at=renews_at)
        return _preview(
            order, at, due=told["amount_due"], credited=credited, told=told, renewal=renewal, renews_at=renews_at
        )

    def preview_at_renewal(self, user: User, order: Order, *, at: datetime) -> Preview:
        one = running(user)
        with refusing(), stripe_client.answering():
            stripe_catalogue.price_id(order.tier, order.interval, order.currency)
            told = next_invoice(one)
        if told is None:
            raise provider.ChangeOutdated
        renewal = stripe_discounts.taken_off(list_price(order), told, at=period_end(one))
        return _preview(order, at, due=0, credited=0, told=told, renewal=renewal, renews_at=period_end(one))

    def change(self, user: User, order: Order, *, at: datetime, now: datetime) -> Entitlement:
        with acting(user) as one:
            price = stripe_catalogue.price_id(order.tier, order.interval, order.currency)
            is_waiting = pending_price(one) == price
            if price_of(one) != price and not is_waiting:
                make_room(one)
                switch(one, price, at)
            found = look(one, now=now)
        waiting = self.planned(user)
        if waiting is not None and waiting.page:
            raise provider.PaymentDeclined(waiting.page)
        return found

    def change_at_renewal(self, user: User, order: Order, *, now: datetime) -> Entitlement:
        with acting(user) as one:
            price = stripe_catalogue.price_id(order.tier, order.interval, order.currency)
            forget_unpaid(one)
            plan(one, order, price)
            return look(one, now=now)

    def cancel(self, user: User, *, feedback: Feedback | None = None, now: datetime) -> Entitlement:
        with acting(user) as one:
            make_room(one)
            told: Any = {"cancellation_details": {"feedback": feedback.value}} if feedback else {}
            subscriptions = stripe_client.client().v1.subscriptions
            if one["status"] in OWING:
                subscriptions.cancel(one["id"], told)
                waive(one)
            else:
                at_the_end: Any = {"cancel_at_period_end": True, **told}
                subscriptions.update(one["id"], at_the_end)
            return look(one, now=now)

    def resume(self, user: User, *, now: datetime) -> Entitlement:
        with acting(user) as one:
            make_room(one)
            if one["cancel_at_period_end"] or one["cancel_at"]:
                back: Any = {"cancel_at_period_end": False} if one["cancel_at_period_end"] else {"cancel_at": ""}
                stripe_client.client().v1.subscriptions.update(one["id"], back)
            return look(one, now=now)

    def planned(self, user: User) -> Planned | None:
        customer = stripe_mirror.known_customer_of(user)
        one = stripe_mirror.deciding(customer) if customer else None
        if one is None or one["status"] not in RUNNING:
            return None
        if pending := one.get("pending_update"):
            order = order_of(pending["subscription_items"][0]["price"]) if pending["subscription_items"] else None
            data = Invoice.objects.filter(id=one["latest_invoice"]).values_list("stripe_data", flat=True).first() or {}
            return Planned(order, moment(pending["expires_at"]), data.get("hosted_invoice_url") or "")
        return _scheduled(one.get("schedule"))

    def coming(self, user: User) -> Coming | None:
        one = running(user)
        with refusing(), stripe_client.answering():
            told = next_invoice(one)
        if told is None:
            return None
        found = stripe_discounts.of(told)
        return Coming(told["amount_due"], Currency(told["currency"]), period_end(one), found)


def running(user: User) -> dict[str, Any]:
    """Return the subscription that runs, as it was last told. Raises NeverSubscribed."""
    customer = stripe_mirror.known_customer_of(user)
    one = stripe_mirror.deciding(customer) if customer else None
    if one is None or one["status"] not in RUNNING:
        raise provider.NeverSubscribed
    return one


@contextmanager
def acting(user: User) -> Iterator[dict[str, Any]]:
    """Give the subscription that runs, as it is now; nobody else asks for, or hears of, this customer meanwhile."""
    id, customer = running(user)["id"], stripe_mirror.known_customer_of(user)
    with refusing(), stripe_client.answering(), transaction.atomic():
        stripe_mirror.lock(str(customer))
        one = stripe_client.client().v1.subscriptions.retrieve(id).to_dict()
        if one["status"] not in RUNNING:
            raise provider.ChangeOutdated
        yield one


@contextmanager
def refusing() -> Iterator[None]:
    """What Stripe does not allow rests on something that has changed since we were told of it."""
    try:
        yield
    except stripe_client.Refused as error:
        raise provider.ChangeOutdated from error


def follow_card(customer: str) -> None:
    """Let a schedule go on with the payment method that its subscription has now. Raises one of stripe_client.AWAY.

    A phase that begins would put that of the time when it was planned in its place.
    """
    one = stripe_mirror.deciding(customer)
    if one is None or one["status"] not in RUNNING or not one.get("schedule") or not one["default_payment_method"]:
        return
    schedules = stripe_client.client().v1.subscription_schedules
    told = schedules.retrieve(one["schedule"]).to_dict()
    if (
        told["status"] == "active"
        and told["default_settings"]["default_payment_method"] != one["default_payment_method"]
    ):
        wanted: Any = {"default_settings": {"default_payment_method": one["default_payment_method"]}}
        schedules.update(told["id"], wanted)


def look(one: dict[str, Any], *, now: datetime) -> Entitlement:
    """Write down how things stand after a change."""
    found = stripe_mirror.fetch(one["customer"], now=now)
    stripe_papers.fetch(one["customer"])
    if found is None:
        raise provider.NeverSubscribed
    return found


def switch(one: dict[str, Any], price: str, at: datetime) -> None:
    wanted: Any = {"items": [{"id": one["items"]["data"][0]["id"], "price": price}]}
    if one["status"] == "trialing":
        # Nothing was paid yet, and nothing is: the trial goes on with another plan.
        wanted["proration_behavior"] = "none"
    else:
        # Until it is paid, everything stays as it is.
        wanted |= {
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
            "payment_behavior": "pending_if_incomplete",
        }
    stripe_client.client().v1.subscriptions.update(one["id"], wanted)


def plan(one: dict[str, Any], order: Order, price: str) -> None:
    """Let a price follow when the current phase is over, in place of what was planned before."""
    schedules = stripe_client.client().v1.subscription_schedules
    made = (
        schedules.retrieve(one["schedule"]) if one["schedule"] else schedules.create({"from_subscription": one["id"]})
    )
    told = made.to_dict()
    current = next(phase for phase in told["phases"] if phase["start_date"] == told["current_phase"]["start_date"])
    kept = {"discounts": [{"discount": each["discount"]} for each in current["discounts"] if each["discount"]]}
    stays = [{"price": each["price"], "quantity": each["quantity"]} for each in current["items"]]
    phases: Any = [
        {"items": stays, "start_date": current["start_date"], "end_date": current["end_date"], **kept},
        {
            "items": [{"price": price, "quantity": 1}],
            "duration": {"interval": order.interval.value, "interval_count": 1},
            "proration_behavior": "none",
            **kept,
        },
    ]
    schedules.update(made.id, {"phases": phases, "end_behavior": "release"})


def make_room(one: dict[str, Any]) -> None:
    """Drop what waits: a change that is not paid, or one that is planned."""
    forget_unpaid(one)
    if one["schedule"]:
        stripe_client.client().v1.subscription_schedules.release(one["schedule"])


def forget_unpaid(one: dict[str, Any]) -> None:
    if one["pending_update"]:
        waive(one)


def waive(one: dict[str, Any]) -> None:
    """Take back the newest invoice. It may be paid in this moment; then there is nothing to take back."""
    with suppress(stripe_client.Refused):
        stripe_client.client().v1.invoices.void_invoice(one["latest_invoice"])


def invoice_of(one: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    wanted: Any = {"subscription": one["id"], "subscription_details": details, "expand": stripe_discounts.EXPANDED}
    return stripe_client.client().v1.invoices.create_preview(wanted).to_dict()


def next_invoice(one: dict[str, Any]) -> dict[str, Any] | None:
    about = {"schedule": one["schedule"]} if one.get("schedule") else {"subscription": one["id"]}
    wanted: Any = {**about, "expand": stripe_discounts.EXPANDED}
    try:
        return stripe_client.client().v1.invoices.create_preview(wanted).to_dict()
    except stripe_client.Refused as error:
        if error.code == NO_NEXT_ONE:
            return None
        raise


def wanted_items(one: dict[str, Any], order: Order) -> list[dict[str, str]]:
    price = stripe_catalogue.price_id(order.tier, order.interval, order.currency)
    return [{"id": one["items"]["data"][0]["id"], "price": price}]


def price_of(one: dict[str, Any]) -> str:
    return str(one["items"]["data"][0]["price"]["id"])


def interval_of(one: dict[str, Any]) -> str:
    return str(one["items"]["data"][0]["price"]["recurring"]["interval"])


def pending_price(one: dict[str, Any]) -> str | None:
    items = (one["pending_update"] or {}).get("subscription_items")
    return str(items[0]["price"]["id"]) if items else None


def period_end(one: dict[str, Any]) -> datetime:
    return moment(one["items"]["data"][0]["current_period_end"])


def list_price(order: Order) -> int:
    return plans.get(order.tier).price(order.currency, order.interval)


def order_of(price: dict[str, Any] | None) -> Order | None:
    """Return what a price of Stripe's is for; None when no plan has it."""
    tier = (price or {}).get("metadata", {}).get("tier")
    if price is None or tier not in Tier.values or tier == Tier.FREE:
        return None
    return Order(Tier(tier), Interval(price["recurring"]["interval"]), Currency(price["currency"]))


def _scheduled(id: str | None) -> Planned | None:
    row = SubscriptionSchedule.objects.filter(id=id or "").first()
    if row is None or not row.stripe_data["current_phase"]:
        return None
    ends = row.stripe_data["current_phase"]["end_date"]
    phase = next((one for one in row.stripe_data["phases"] if one["start_date"] == ends), None)
    if phase is None:
        return None
    price = Price.objects.filter(id=phase["items"][0]["price"]).values_list("stripe_data", flat=True).first()
    return Planned(order_of(price), moment(ends))


def _preview(
    order: Order, at: datetime, *, due: int, credited: int, told: dict[str, Any], renewal: int, renews_at: datetime
) -> Preview:
    return Preview(order, at, due, credited, renewal, renews_at, stripe_discounts.of(told))


def moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
