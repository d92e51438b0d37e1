"""The plans, as products and prices of Stripe's, and what the customer portal lets people do with them.

A price of Stripe's never changes its amount: one that differs from the plan's is replaced, and keeps its subscribers until
they change. It is found by its key, never by an id that somebody would have to write down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.utils import translation

from accounts.models import Tier
from billing import plans, stripe_client
from billing.plans import Currency, Interval, Plan
from billing.provider import PlanNotOnSale

PORTAL: Final = "Huntaze"
REMEMBERED_SECONDS: Final = 300
# As `billing.changes` has it: what shrinks waits for the end of the period.
WAITING: Final = ["decreasing_item_amount", "shortening_interval"]


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one object: `what` is created, changed, replaced or left alone."""

    what: str
    name: str


def sync() -> Iterator[Change]:
    """Bring Stripe in line with the plans, and yield what was done. A second time there is nothing left to do.

    Raises one of stripe_client.AWAY; what was done until then stays, and the next run goes on from there.
    """
    ids: dict[str, list[str]] = {}
    for plan in plans.PLANS.values():
        if plan.tier == Tier.FREE:
            continue
        yield _product(plan)
        ids[product_id(plan.tier)] = []
        for currency in Currency:
            for interval in Interval:
                change, id = _price(plan, currency, interval)
                ids[product_id(plan.tier)].append(id)
                yield change
    yield _portal(ids)
    cache.delete_many([_remembered(key) for key in _keys()] + [_remembered(PORTAL)])


def price_id(tier: str, interval: Interval, currency: Currency) -> str:
    """Return the id of the price that a plan has now. Raises PlanNotOnSale, or one of stripe_client.AWAY."""
    key = lookup_key(tier, interval, currency)
    id: str | None = cache.get(_remembered(key))
    if id is None:
        found = stripe_client.client().v1.prices.list({"lookup_keys": [key], "active": True, "limit": 1}).data
        if not found:
            raise PlanNotOnSale(f"The plan {tier} cannot be bought yet.")
        id = found[0].id
        cache.set(_remembered(key), id, REMEMBERED_SECONDS)
    return id


def portal_id() -> str:
    """Return the id of the portal's configuration. Raises PlanNotOnSale, or one of stripe_client.AWAY."""
    id: str | None = cache.get(_remembered(PORTAL))
    if id is None:
        found = _configuration()
        if found is None:
            raise PlanNotOnSale("The customer portal is not set up yet.")
        id = str(found.id)
        cache.set(_remembered(PORTAL), id, REMEMBERED_SECONDS)
    return id


def product_id(tier: str) -> str:
    return f"huntaze_{tier}"


def lookup_key(tier: str, interval: Interval, currency: Currency) -> str:
    return f"huntaze_{tier}_{interval.value}_{currency.value}"


def _keys() -> list[str]:
    return [
        lookup_key(tier, interval, currency) for tier in plans.PLANS for interval in Interval for currency in Currency
    ]


def _remembered(name: str) -> str:
    return f"stripe:{name}"


def _product(plan: Plan) -> Change:
    products = stripe_client.client().v1.products
    id = product_id(plan.tier)
    with translation.override("en"):
        name = f"Huntaze {plan.name}"
    wanted: Any = {"name": name, "active": True, "metadata": {"tier": plan.tier.value}}
    found = products.list({"ids": [id], "limit": 1}).data
    if not found:
        new: Any = {"id": id, **wanted}
        products.create(new, {"idempotency_key": f"product-{id}"})
        return Change("created", name)
    same = found[0].name == name and found[0].active and found[0].metadata.to_dict().get("tier") == plan.tier.value
    if same:
        return Change("left alone", name)
    products.update(id, wanted)
    return Change("changed", name)


def _price(plan: Plan, currency: Currency, interval: Interval) -> tuple[Change, str]:
    prices = stripe_client.client().v1.prices
    key = lookup_key(plan.tier, interval, currency)
    amount = plan.price(currency, interval)
    found = prices.list({"lookup_keys": [key], "limit": 1}).data
    before = found[0] if found else None
    if before is not None and _fits(before, plan, amount, interval, currency):
        return Change("left alone", key), before.id
    made = prices.create(
        {
            "product": product_id(plan.tier),
            "unit_amount": amount,
            "currency": currency.value,
            "recurring": {"interval": interval.value},
            "lookup_key": key,
            "transfer_lookup_key": True,
            "metadata": {"tier": plan.tier.value},
            "tax_behavior": "inclusive",
        },
        # Two that run at once make one price.
        {"idempotency_key": f"price-{key}-{amount}-{before.id if before else 'first'}"},
    )
    if before is None:
        return Change("created", key), made.id
    prices.update(before.id, {"active": False})
    return Change("replaced", key), made.id


def _fits(price: Any, plan: Plan, amount: int, interval: Interval, currency: Currency) -> bool:
    return bool(
        price.active
        and price.unit_amount == amount
        and price.currency == currency.value
        and price.recurring.interval == interval.value
        and price.product == product_id(plan.tier)
        and price.metadata.to_dict().get("tier") == plan.tier.value
    )


def _portal(ids: dict[str, list[str]]) -> Change:
    configurations = stripe_client.client().v1.billing_portal.configurations
    features: Any = {
        "customer_update": {"enabled": True, "allowed_updates": ["email", "name", "address"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [{"product": product, "prices": prices} for product, prices in ids.items()],
            "schedule_at_period_end": {"conditions": [{"type": each} for each in WAITING]},
        },
    }
    found = _configuration()
    if found is None:
        configurations.create({"name": PORTAL, "features": features})
        return Change("created", "portal")
    update = found.features.subscription_update
    waiting = [one.type for one in update.schedule_at_period_end.conditions]
    offered = {one.product: sorted(one.prices) for one in update.products or ()}
    if waiting == WAITING and offered == {product: sorted(prices) for product, prices in ids.items()}:
        return Change("left alone", "portal")
    configurations.update(found.id, {"features": features})
    return Change("changed", "portal")


def _configuration() -> Any:
    found = stripe_client.client().v1.billing_portal.configurations.list({"active": True, "limit": 100})
    return next((one for one in found.auto_paging_iter() if one.name == PORTAL), None)
