"""What Stripe says, kept in dj-stripe's tables: read for an account, under a lock for each customer.

dj-stripe 2.11 knows the shapes of an older API in places: `Subscription.is_valid()` and its like raise, and
`active_subscriptions` finds nothing. So what is read here is `stripe_data`, which is what Stripe sent.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, transaction
from djstripe.models import Charge, Customer, Invoice, Price, Subscription, SubscriptionSchedule

from accounts.models import Tier, User
from billing import stripe_client, stripe_worth, subscriptions
from billing.entitlements import Entitlement, Standing
from billing.subscriptions import Told

logger = logging.getLogger(__name__)

# A discount that is not spelled out is an id, which says nothing of what it takes off.
DISCOUNTS: Final = ["data.discounts.source.coupon"]

# Of several subscriptions of a customer, the one that gives most decides.
RANK: Final = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete", "canceled", "incomplete_expired")
OWING: Final = frozenset({"past_due", "unpaid"})


def lock(customer_id: str) -> None:
    """Hold all that is done about a customer until the transaction ends.

    Without it, of two webhooks at once the one that asked Stripe first may write last.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 727))", [customer_id])


def customer_id(about: dict[str, Any]) -> str | None:
    """Return the customer that an object of Stripe's names; None when it names none."""
    named = about.get("id") if about.get("object") == "customer" else about.get("customer")
    if isinstance(named, dict):
        named = named["id"]
    return None if named is None else str(named)


def whose(told: dict[str, Any]) -> str | None:
    """Return the customer that the data of an event is about, also where only what it belongs to tells.

    Raises one of stripe_client.AWAY.
    """
    about, before = told["object"], told.get("previous_attributes") or {}
    # A card that was taken off a customer names it as it was before.
    found = customer_id(about) or customer_id({"customer": before.get("customer")})
    charge = about.get("charge")
    if found or not isinstance(charge, str):
        return found
    known = Charge.objects.filter(id=charge).values_list("customer_id", flat=True).first()
    return known or customer_id(stripe_client.client().v1.charges.retrieve(charge).to_dict())


def account_of(customer: str) -> int | None:
    """Return the account that a customer is; None for one of nobody's."""
    found: int | None = Customer.objects.filter(id=customer).values_list("subscriber_id", flat=True).first()
    return found


def refresh(customer: str, *, now: datetime) -> Entitlement | None:
    """Bring the account of a customer in line with the tables; None when no account is theirs. The caller holds the lock."""
    user_id = account_of(customer)
    if user_id is None:
        return None
    return subscriptions.apply(user_id, told(customer), now=now)


def told(customer: str) -> Told | None:
    """Return the subscription of a customer that decides; None when there never was one of ours."""
    one = deciding(customer)
    return _told(one) if one else None


def deciding(customer: str) -> dict[str, Any] | None:
    """Return the same as Stripe sent it."""
    found = [row.stripe_data for row in Subscription.objects.filter(customer_id=customer).order_by("djstripe_id")]
    ours = [one for one in found if tier_of(one) is not None]
    if not ours:
        return None
    first: dict[str, Any] = min(ours, key=lambda one: (_rank(one["status"]), -one["created"]))
    return first


def fetch(customer: str, *, now: datetime) -> Entitlement | None:
    """Ask Stripe for the subscriptions of a customer, keep them, and bring the account in line.

    Raises one of stripe_client.AWAY.
    """
    with transaction.atomic():
        lock(customer)
        keep_subscriptions(customer)
        return refresh(customer, now=now)


def keep_subscriptions(customer: str) -> None:
    """Ask Stripe for the subscriptions of a customer and keep them, with the invoice that is owed. The caller holds the lock.

    Raises one of stripe_client.AWAY.
    """
    v1 = stripe_client.client().v1
    found = v1.subscriptions.list({"customer": customer, "status": "all", "limit": 100, "expand": DISCOUNTS})
    for one in found.auto_paging_iter():
        Subscription.sync_from_stripe_data(one)
        if one.schedule:
            _keep_schedule(str(one.schedule))
        owed = one.latest_invoice if one.status in OWING else None
        if isinstance(owed, str) and not Invoice.objects.filter(id=owed).exists():
            Invoice.sync_from_stripe_data(v1.invoices.retrieve(owed))


def _keep_schedule(id: str) -> None:
    v1 = stripe_client.client().v1
    schedule = v1.subscription_schedules.retrieve(id)
    SubscriptionSchedule.sync_from_stripe_data(schedule)
    wanted = {str(item.price) for phase in schedule.phases for item in phase["items"]}
    # A price comes to us with the subscription that has it, and here none has it yet.
    for price in wanted - set(Price.objects.filter(id__in=wanted).values_list("id", flat=True)):
        Price.sync_from_stripe_data(v1.prices.retrieve(price))


def customer_of(user: User) -> str:
    """Return the id of the account's customer at Stripe, made on first need. Raises one of stripe_client.AWAY."""
    customer, _ = Customer.get_or_create(subscriber=user)
    return str(customer.id)


def known_customer_of(user: User) -> str | None:
    """Return the id of the account's customer, if there is one, without asking Stripe."""
    found: str | None = Customer.objects.filter(subscriber=user).values_list("id", flat=True).first()
    return found


def tier_of(subscription: dict[str, Any]) -> Tier | None:
    """Return the tier that a subscription is for; None, with a complaint in the log, when its price is none of ours."""
    price = subscription["items"]["data"][0]["price"]
    tier = price["metadata"].get("tier")
    if tier not in Tier.values:
        logger.error("A subscription is for a price that no plan has: %s", price["id"])
        return None
    return Tier(tier)


def _told(one: dict[str, Any]) -> Told:
    item = one["items"]["data"][0]
    tier = tier_of(one)
    standing = Standing(
        status=one["status"],
        tier=tier or Tier.FREE,
        # Since 2025 the period is the item's, not the subscription's.
        period_ends_at=_time(item["current_period_end"]),
        trial_ends_at=_time(one["trial_end"]) if one.get("trial_end") else None,
        ends_at=_time(one["cancel_at"]) if one.get("cancel_at") else None,
        is_collecting=not one.get("pause_collection"),
    )
    if one["status"] in OWING:
        invoice = _newest_invoice(one)
        # While the invoice that is owed is not known, it is taken to be the one of this period.
        since = _time(invoice["created"] if invoice else item["current_period_start"])
        standing = replace(standing, unpaid_since=since, owed=invoice["amount_remaining"] if invoice else None)
    interval = item["price"]["recurring"]["interval"]
    return Told(one["id"], standing, interval, one["currency"], stripe_worth.yearly(one))


def _newest_invoice(one: dict[str, Any]) -> dict[str, Any] | None:
    latest = one.get("latest_invoice")
    id = latest["id"] if isinstance(latest, dict) else latest
    found: dict[str, Any] | None = Invoice.objects.filter(id=id).values_list("stripe_data", flat=True).first()
    return found


def _rank(status: str) -> int:
    return RANK.index(status) if status in RANK else len(RANK)


def _time(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
