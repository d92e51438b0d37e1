"""Hold what we keep against what Stripe holds, and mend what was missed: a webhook that never came, a row that was touched."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from djstripe.models import Customer, Subscription

from billing import stripe_client, stripe_mirror, subscriptions
from billing.models import Subscription as Row

logger = logging.getLogger(__name__)


def run(*, now: datetime) -> list[str]:
    """Return the customers whose subscriptions were not as Stripe has them, mended now. Raises one of stripe_client.AWAY.

    One request for each hundred subscriptions; only where something differs, more.
    """
    mended = []
    for customer in sorted(set(differing())):
        stripe_mirror.fetch(customer, now=now)
        mended.append(customer)
        logger.error("A customer's subscription was not as Stripe has it, and is now: %s", customer)
    return mended


def differing() -> Iterator[str]:
    """Yield the customers of ours about whom we know something else than Stripe does."""
    ours = set(Customer.objects.exclude(subscriber=None).values_list("id", flat=True))
    found = stripe_client.client().v1.subscriptions.list({"status": "all", "limit": 100})
    for one in found.auto_paging_iter():
        customer = str(one.customer)
        if customer in ours and not _is_known(one.to_dict()):
            yield customer
    for customer in ours:
        if not _is_applied(customer):
            yield customer


def _is_known(one: dict[str, Any]) -> bool:
    data = Subscription.objects.filter(id=one["id"]).values_list("stripe_data", flat=True).first()
    return data is not None and _gist(data) == _gist(one)


def _is_applied(customer: str) -> bool:
    """Say whether the account's row tells what the tables do."""
    told = stripe_mirror.told(customer)
    user_id = Customer.objects.filter(id=customer).values_list("subscriber_id", flat=True).first()
    row = Row.objects.filter(user_id=user_id).first()
    if told is None or row is None:
        return told is None and row is None
    # What it comes to is not told where a discount was not spelled out.
    is_worth = told.yearly_minor in {None, row.yearly_minor}
    return row.stripe_id == told.id and subscriptions.standing_of(row) == told.standing and is_worth


def _gist(one: dict[str, Any]) -> tuple[Any, ...]:
    item = one["items"]["data"][0]
    kept = ("status", "cancel_at", "trial_end", "pause_collection", "latest_invoice", "schedule", "pending_update")
    discounts = sorted(given["id"] if isinstance(given, dict) else given for given in one.get("discounts") or ())
    return (*(one.get(name) for name in kept), item["price"]["id"], item["current_period_end"], discounts)
