"""Set credits aside before a model is called, charge the true figure after, give the rest back.

Every change is one conditional UPDATE, so parallel requests cannot pass the limit, and a reservation that is settled
or released twice changes nothing the second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import Role, User
from billing import plans
from billing.models import QuotaPeriod, Reservation

LIFETIME = timedelta(minutes=30)
"""A reservation that nobody closed is given back after this time. Longer than any completion can take."""


class QuotaExhausted(Exception):
    """The credits left this month do not cover the request."""

    def __init__(self, *, left: int, needed: int, limit: int, resets_at: datetime) -> None:
        super().__init__(
            f"This needs {needed} {'credit' if needed == 1 else 'credits'} and {left} of {limit} are left until"
            f" {resets_at.day} {resets_at:%B}."
            " Wait for the new month, or choose a larger plan."
        )
        self.left = left
        self.needed = needed
        self.limit = limit
        self.resets_at = resets_at


class PlanRequired(Exception):
    """The account's plan does not include what was asked for."""


@dataclass(frozen=True, slots=True)
class Status:
    """A creator's credits this month; `left` counts what is neither used nor reserved."""

    plan: str
    limit: int
    used: int
    reserved: int
    resets_at: datetime

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used - self.reserved)

    @property
    def used_percent(self) -> int:
        return 100 if self.limit == 0 else min(100, 100 * (self.used + self.reserved) // self.limit)


def reserve(user: User, *, credits: int, premium: bool, now: datetime) -> Reservation:
    """Set `credits` aside for one completion, and return the reservation. Raises as `reserve_each` does."""
    (reservation,) = reserve_each(user, credits=credits, times=1, premium=premium, now=now)
    return reservation


def reserve_each(user: User, *, credits: int, times: int, premium: bool, now: datetime) -> list[Reservation]:
    """Set `credits` aside for each of several completions in the caller's transaction: for all of them, or for none.

    Raises QuotaExhausted when fewer are left, PlanRequired when the account has no plan or the plan's share of
    premium models is used up.
    """
    if user.role != Role.CREATOR:
        raise PlanRequired("Writing with AI needs a creator's account. This account has no plan.")
    total = credits * times
    with transaction.atomic():
        period = current_period(user, now=now)
        room = QuotaPeriod.objects.filter(pk=period.pk, used__lte=F("credit_limit") - F("reserved") - total)
        if premium:
            room = room.filter(premium_used__lte=F("premium_limit") - F("premium_reserved") - total)
        taken = room.update(
            reserved=F("reserved") + total,
            premium_reserved=F("premium_reserved") + (total if premium else 0),
        )
        if not taken:
            period.refresh_from_db()
            raise refusal(period, credits=total, premium=premium)
        return Reservation.objects.bulk_create(
            Reservation(period=period, credits=credits, premium=premium, created_at=now, expires_at=now + LIFETIME)
            for _ in range(times)
        )


def refusal(period: QuotaPeriod, *, credits: int, premium: bool) -> QuotaExhausted | PlanRequired:
    """Return the error that says why `credits` could not be taken from `period`."""
    left = max(0, period.credit_limit - period.used - period.reserved)
    # Others may have given some back since: only a premium request can be refused with credits to spare.
    if premium and left >= credits:
        return PlanRequired(
            f"The {plans.get(period.plan).name} plan includes {period.premium_limit} credits a month for premium models,"
            f" and they are used up until {period.ends_at.day} {period.ends_at:%B}. A larger plan includes more."
        )
    return QuotaExhausted(left=left, needed=credits, limit=period.credit_limit, resets_at=period.ends_at)


def settle(reservation_id: int, *, credits: int, now: datetime) -> int:
    """Charge `credits` of the reservation, give the rest back, and return what was charged.

    That is never more than was reserved, and 0 when the reservation was closed before.
    """
    with transaction.atomic():
        reservation = Reservation.objects.select_for_update().get(pk=reservation_id)
        if reservation.state != Reservation.State.RESERVED:
            return 0
        charged = min(credits, reservation.credits)
        close(reservation, state=Reservation.State.SETTLED, charged=charged, now=now)
        return charged


def release(reservation_id: int, *, now: datetime) -> bool:
    """Give the whole reservation back; return False when it was closed before."""
    with transaction.atomic():
        reservation = Reservation.objects.select_for_update().get(pk=reservation_id)
        if reservation.state != Reservation.State.RESERVED:
            return False
        close(reservation, state=Reservation.State.RELEASED, charged=0, now=now)
        return True


def close(reservation: Reservation, *, state: Reservation.State, charged: int, now: datetime) -> None:
    """Move a locked, open reservation to its final state and its period's counters with it."""
    premium = int(reservation.premium)
    reservation.state = state
    reservation.charged = charged
    reservation.closed_at = now
    reservation.save(update_fields=["state", "charged", "closed_at"])
    QuotaPeriod.objects.filter(pk=reservation.period_id).update(
        reserved=F("reserved") - reservation.credits,
        used=F("used") + charged,
        premium_reserved=F("premium_reserved") - premium * reservation.credits,
        premium_used=F("premium_used") + premium * charged,
    )


def release_expired(*, now: datetime, at_most: int = 500) -> int:
    """Give back reservations whose holder died; return how many."""
    expired = Reservation.objects.expired(now).order_by("expires_at").values_list("pk", flat=True)[:at_most]
    return sum(release(pk, now=now) for pk in expired)


def status(user: User, *, now: datetime) -> Status:
    """Return the creator's credits this month."""
    period = current_period(user, now=now)
    return Status(
        plan=period.plan,
        limit=period.credit_limit,
        used=period.used,
        reserved=period.reserved,
        resets_at=period.ends_at,
    )


def current_period(user: User, *, now: datetime) -> QuotaPeriod:
    """Return this month's row, made on first need; a larger plan raises its limits at once."""
    starts_at = datetime(now.year, now.month, 1, tzinfo=UTC)
    plan = plans.get(user.tier)
    period = QuotaPeriod.objects.filter(user=user, starts_at=starts_at).first()
    if period is None:
        # Of two first requests one inserts and both read that row.
        period, _ = QuotaPeriod.objects.get_or_create(
            user=user,
            starts_at=starts_at,
            defaults={
                "ends_at": datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC),
                "plan": plan.tier,
                "credit_limit": plan.credits,
                "premium_limit": plan.premium_credits,
            },
        )
    if period.plan != plan.tier and plans.get(period.plan).credits < plan.credits:
        gained, premium_gained = raise_of(period, plan)
        QuotaPeriod.objects.filter(pk=period.pk, plan=period.plan).update(
            plan=plan.tier,
            credit_limit=F("credit_limit") + gained,
            premium_limit=F("premium_limit") + premium_gained,
        )
        period.refresh_from_db()
    return period


def raise_of(period: QuotaPeriod, plan: plans.Plan) -> tuple[int, int]:
    """Return the credits, all and premium, that moving `period` up to `plan` adds; granted extras stay."""
    before = plans.get(period.plan)
    return plan.credits - before.credits, plan.premium_credits - before.premium_credits
