"""Bring an account in line with what the payment provider says of its subscription. No provider is known here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import Tier, User
from analytics import events
from billing import dunning, entitlements
from billing.entitlements import Access, Entitlement, Given, Standing
from billing.models import Comp, Subscription


@dataclass(frozen=True, slots=True)
class Told:
    """A subscription as the provider tells of it now. `id` is the provider's.

    `yearly_minor` is what a year of it comes to, in minor units, less the discounts that last; None when that was not told.
    """

    id: str
    standing: Standing
    interval: str
    currency: str
    yearly_minor: int | None = None


def apply(user_id: int, told: Told | None, *, now: datetime) -> Entitlement:
    """Write down what was told, give the account the tier and the access that follow, and record a change; all or nothing.

    Safe to repeat: the same again changes nothing and records nothing. None is for an account that has no subscription
    and never had one. The caller holds the provider's lock, so that what it read is what is written last.
    """
    paid = entitlements.of(told.standing if told else None, now=now)
    with transaction.atomic():
        user = _locked(user_id)
        found = entitlements.larger(paid, given(user_id), now=now)
        before = Subscription.objects.filter(user=user).first()
        if told is None and before is None:
            # Who was given a plan keeps it until that ends.
            return found
        fields = _fields(told, paid, before) if told else {"status": "canceled", "access": paid.access}
        is_new = before is None or any(getattr(before, name) != value for name, value in fields.items())
        after = before
        if is_new:
            after, _ = Subscription.objects.update_or_create(user=user, defaults={**fields, "updated_at": now})
            _record_trial(user, before, after, now)
            if before is not None and told is not None:
                dunning.changed(user, before, after, now=now, is_on_free=found.tier == Tier.FREE)
        if is_new or user.tier != found.tier:
            _record(user, after, before, found, now)
        _give(user, found, now)
    return found


def settle(user_id: int, *, now: datetime) -> Entitlement:
    """Give an account the tier and the access that follow from what was last told and given; return what it may do.

    In the caller's transaction, which changed what was given.
    """
    user = _locked(user_id)
    found = entitlement(user, now=now)
    _give(user, found, now)
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
    """Return what an account may do: the larger of what follows from what was last told, and of what it was given."""
    row = Subscription.objects.filter(user=user).first()
    paid = entitlements.of(standing_of(row) if row else None, now=now)
    return entitlements.larger(paid, given(user.pk), now=now)


def given(user_id: int) -> Given | None:
    """Return the plan that an account was given and that was not taken back; it may have run out."""
    row = Comp.objects.filter(user_id=user_id, ended_at=None).first()
    return Given(Tier(row.plan), row.last_day) if row else None


def expire(*, now: datetime, at_most: int = 500) -> int:
    """Take back what has run out by itself, such as the grace of a renewal that was not paid; return from how many."""
    owing = Subscription.objects.filter(
        status="past_due", access=Subscription.Access.FULL, unpaid_since__lte=now - entitlements.GRACE
    ).order_by("pk")
    count = 0
    for user_id in owing.values_list("user_id", flat=True)[:at_most]:
        with transaction.atomic():
            # Whoever is told of a payment in this moment writes it down before, or after, and not in between.
            _locked(user_id)
            row = owing.filter(user_id=user_id).first()
            if row is not None:
                told = Told(row.stripe_id, standing_of(row), row.interval, row.currency, row.yearly_minor)
                apply(user_id, told, now=now)
                count += 1
    return count


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(no_key=True).only("pk", "tier", "read_only_since").get(pk=user_id)


def _give(user: User, found: Entitlement, now: datetime) -> None:
    since = (user.read_only_since or now) if found.access == Access.READ_ONLY else None
    if (user.tier, user.read_only_since) != (found.tier, since):
        User.objects.filter(pk=user.pk).update(tier=found.tier, read_only_since=since)
    if since is not None and user.read_only_since is None:
        dunning.closed(user, now=now)


def _fields(told: Told, paid: Entitlement, before: Subscription | None) -> dict[str, object]:
    standing = told.standing
    fields: dict[str, object] = {
        "stripe_id": told.id,
        "status": standing.status,
        "plan": standing.tier,
        "interval": told.interval,
        "currency": told.currency,
        "access": paid.access,
        "period_ends_at": standing.period_ends_at,
        "trial_ends_at": standing.trial_ends_at,
        "ends_at": standing.ends_at,
        "unpaid_since": standing.unpaid_since,
        "is_collecting": standing.is_collecting,
        "owed": standing.owed,
    }
    is_same_price = before is not None and all(
        getattr(before, name) == fields[name] for name in ("stripe_id", "plan", "interval", "currency")
    )
    # What it comes to is not told each time; the same price comes to the same.
    if told.yearly_minor is not None or not is_same_price:
        fields["yearly_minor"] = told.yearly_minor
    return fields


TRIAL_OUTCOMES: Final = {"active": "converted", "past_due": "unpaid", "unpaid": "unpaid", "paused": "paused"}


def _record_trial(user: User, before: Subscription | None, after: Subscription, now: datetime) -> None:
    """Record that a trial began or is over, once for each subscription."""
    was = before if before is not None and before.stripe_id == after.stripe_id else None
    terms = {"plan": str(after.plan), "interval": after.interval, "currency": after.currency}
    if after.status == "trialing" and (was is None or was.status != "trialing"):
        ends_at = after.trial_ends_at.isoformat() if after.trial_ends_at else None
        events.record("trial.started", user_id=user.pk, data={**terms, "ends_at": ends_at}, now=now)
    elif was is not None and was.status == "trialing" and after.status != "trialing":
        outcome = TRIAL_OUTCOMES.get(after.status, "ended")
        events.record("trial.ended", user_id=user.pk, data={**terms, "outcome": outcome}, now=now)


def _record(
    user: User, after: Subscription | None, before: Subscription | None, found: Entitlement, now: datetime
) -> None:
    events.record(
        "subscription.changed",
        user_id=user.pk,
        data={
            # Ours, not the provider's: that would lead to the person after whose it was is forgotten.
            "subscription": str(after.pk) if after else "",
            "status": after.status if after else "",
            "status_before": before.status if before else "",
            "plan": found.tier.value,
            "plan_before": user.tier,
            "interval": after.interval if after else "",
            "currency": after.currency if after else "",
            "currency_before": before.currency if before else "",
            "yearly_minor": after.counted_minor if after else 0,
            "yearly_minor_before": before.counted_minor if before else 0,
            "reason": found.reason.value,
        },
        now=now,
    )
