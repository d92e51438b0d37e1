"""Bring an account in line with what the payment provider says of its subscription. No provider is known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import Tier, User
from analytics import events
from billing import dunning, entitlements
from billing.entitlements import Access, Entitlement, Standing
from billing.models import Subscription


@dataclass(frozen=True, slots=True)
class Told:
    """A subscription as the provider tells of it now. `id` is the provider's."""

    id: str
    standing: Standing
    interval: str
    currency: str


def apply(user_id: int, told: Told | None, *, now: datetime) -> Entitlement:
    """Write down what was told, give the account the tier and the access that follow, and record a change; all or nothing.

    Safe to repeat: the same again changes nothing and records nothing. None is for an account that has no subscription
    and never had one. The caller holds the provider's lock, so that what it read is what is written last.
    """
    found = entitlements.of(told.standing if told else None, now=now)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).only("pk", "tier", "read_only_since").get(pk=user_id)
        before = Subscription.objects.filter(user=user).first()
        if told is None and before is None:
            # Whoever was given a plan by hand keeps it.
            return found
        fields = _fields(told, found) if told else {"status": "canceled", "access": found.access}
        is_new = before is None or any(getattr(before, name) != value for name, value in fields.items())
        if is_new:
            after, _ = Subscription.objects.update_or_create(user=user, defaults={**fields, "updated_at": now})
            if before is not None and told is not None:
                dunning.changed(user, before, after, found, now=now)
        if is_new or user.tier != found.tier:
            _record(user, told, before, found, now)
        since = (user.read_only_since or now) if found.access == Access.READ_ONLY else None
        if (user.tier, user.read_only_since) != (found.tier, since):
            User.objects.filter(pk=user.pk).update(tier=found.tier, read_only_since=since)
    return found


def standing_of(row: Subscription) -> Standing:
    """Return the standing that a row keeps."""
    return Standing(
        status=row.status,
        tier=Tier(row.plan),
        period_ends_at=row.period_ends_at,
        trial_ends_at=row.trial_ends_at,
        ends_at=row.ends_at,
        unpaid_since=row.unpaid_since,
        is_collecting=row.is_collecting,
        owed=row.owed,
    )


def entitlement(user: User, *, now: datetime) -> Entitlement:
    """Return what an account may do, by what was last told."""
    row = Subscription.objects.filter(user=user).first()
    return entitlements.of(standing_of(row) if row else None, now=now)


def expire(*, now: datetime, at_most: int = 500) -> int:
    """Take back what has run out by itself, such as the grace of a renewal that was not paid; return from how many."""
    owing = Subscription.objects.filter(
        status="past_due", access=Subscription.Access.FULL, unpaid_since__lte=now - entitlements.GRACE
    ).order_by("pk")
    count = 0
    for user_id in owing.values_list("user_id", flat=True)[:at_most]:
        with transaction.atomic():
            # Whoever is told of a payment in this moment writes it down before, or after, and not in between.
            User.objects.select_for_update(no_key=True).only("pk").get(pk=user_id)
            row = owing.filter(user_id=user_id).first()
            if row is not None:
                apply(user_id, Told(row.stripe_id, standing_of(row), row.interval, row.currency), now=now)
                count += 1
    return count


def _fields(told: Told, found: Entitlement) -> dict[str, object]:
    standing = told.standing
    return {
        "stripe_id": told.id,
        "status": standing.status,
        "plan": standing.tier,
        "interval": told.interval,
        "currency": told.currency,
        "access": found.access,
        "period_ends_at": standing.period_ends_at,
        "trial_ends_at": standing.trial_ends_at,
        "ends_at": standing.ends_at,
        "unpaid_since": standing.unpaid_since,
        "is_collecting": standing.is_collecting,
        "owed": standing.owed,
    }


def _record(user: User, told: Told | None, before: Subscription | None, found: Entitlement, now: datetime) -> None:
    events.record(
        "subscription.changed",
        user_id=user.pk,
        data={
            "subscription": told.id if told else before.stripe_id if before else "",
            "status": told.standing.status if told else "canceled",
            "plan": found.tier.value,
            "plan_before": user.tier,
            "interval": told.interval if told else "",
            "currency": told.currency if told else "",
            "reason": found.reason.value,
        },
        now=now,
    )
