"""Set credits and money aside before a model is called, charge the true figures after, give the rest back.

Each change is one statement (`billing.settlement_sql`), so parallel requests cannot pass a limit, and a reservation that
is settled or released twice changes nothing the second time. A transaction that changes several reservations is free of
deadlocks while they belong to one user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import F, Model

from accounts.models import Role, User
from accounts.read_only import ReadOnly
from billing import budget_alerts, budgets, plans, settlement_sql, utc_periods
from billing.models import Budget, BudgetPeriod, QuotaPeriod, Reservation

LIFETIME = timedelta(minutes=30)
"""A reservation that nobody closed is given back after this time. Longer than any completion can take."""

ATTEMPTS: Final = 4
"""The first may find no row for the month, the second none for a budget's period, and others may be as quick."""


class QuotaExhausted(Exception):
    """The credits left this month do not cover the request."""

    def __init__(self, *, used: int, left: int, needed: int, limit: int, resets_at: datetime) -> None:
        super().__init__(
            f"This needs {needed} {'credit' if needed == 1 else 'credits'} and {left} of {limit} are left until"
            f" {resets_at.day} {resets_at:%B}."
            " Wait for the new month, or choose a larger plan."
        )
        self.used = used
        self.left = left
        self.needed = needed
        self.limit = limit
        self.resets_at = resets_at


class PlanRequired(Exception):
    """The account's plan does not include what was asked for."""


class AccountReadOnly(ReadOnly, PlanRequired):
    """Nothing new is written for an account that may only read."""


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


def reserve(
    user: User, *, credits: int, premium: bool, now: datetime, cost_micro_usd: Decimal = Decimal(0)
) -> Reservation:
    """Set `credits` and money aside for one completion. Raises as `reserve_each` does."""
    (reservation,) = reserve_each(
        user, credits=credits, times=1, premium=premium, now=now, cost_micro_usd=cost_micro_usd
    )
    return reservation


def reserve_each(
    user: User, *, credits: int, times: int, premium: bool, now: datetime, cost_micro_usd: Decimal = Decimal(0)
) -> list[Reservation]:
    """Set `credits` and `cost_micro_usd` aside for each of several completions: for all of them, or for none.

    The money is drawn from every active budget of the user, the user's plan and the platform. Raises QuotaExhausted when
    fewer credits are left, PlanRequired when the account has no plan or the plan's share of premium models is used up,
    AccountReadOnly when the account may only read and credits are asked for (what is on us goes on),
    and budgets.BudgetExhausted when a budget has less left. Takes one statement, and more only at the first request of
    a month, after a change of plan, or for a refusal; the caller's transaction holds the locks until it ends.
    """
    if user.role != Role.CREATOR:
        raise PlanRequired("Writing with AI needs a creator's account. This account has no plan.")
    if user.read_only_since is not None and credits:
        raise AccountReadOnly
    wish = settlement_sql.Wish(
        user_id=user.pk,
        plan=str(user.tier),
        plans=plans.at_least(user.tier),
        credits=credits,
        cost_micro_usd=budgets.to_reserve(cost_micro_usd),
        times=times,
        premium=premium,
        now=now,
        expires_at=now + LIFETIME,
    )
    for _ in range(ATTEMPTS):
        reserved = settlement_sql.reserve(wish)
        if reserved.month_id is not None:
            return reservations(wish, reserved, month_id=reserved.month_id)
        if reserved.shortage:
            raise budgets.exhausted(reserved.shortage, needed=wish.cost_micro_usd * times)
        if reserved.unopened:
            budgets.open_periods(Budget.objects.filter(pk__in=reserved.unopened).order_by("pk"), now=now)
        else:
            period = current_period(user, now=now)
            if not has_room(period, credits=credits * times, premium=premium):
                raise refusal(period, credits=credits * times, premium=premium)
    raise refusal(current_period(user, now=now), credits=credits * times, premium=premium)


def reservations(wish: settlement_sql.Wish, reserved: settlement_sql.Reserved, *, month_id: int) -> list[Reservation]:
    """Return the rows that were made, without asking for them again."""
    made = []
    for pk in reserved.reservation_ids:
        reservation = Reservation(
            pk=pk,
            period_id=month_id,
            credits=wish.credits,
            premium=wish.premium,
            created_at=wish.now,
            expires_at=wish.expires_at,
            cost_micro_usd=wish.cost_micro_usd,
            budget_period_ids=list(reserved.budget_period_ids),
        )
        reservation._state.adding = False
        reservation._state.db = DEFAULT_DB_ALIAS
        made.append(reservation)
    return made


def has_room(period: QuotaPeriod, *, credits: int, premium: bool) -> bool:
    premium_left = period.premium_limit - period.premium_used - period.premium_reserved
    return period.credit_limit - period.used - period.reserved >= credits and (not premium or premium_left >= credits)


def refusal(period: QuotaPeriod, *, credits: int, premium: bool) -> QuotaExhausted | PlanRequired:
    """Return the error that says why `credits` could not be taken from `period`."""
    left = max(0, period.credit_limit - period.used - period.reserved)
    # Others may have given some back since: only a premium request can be refused with credits to spare.
    if premium and left >= credits:
        return PlanRequired(
            f"The {plans.get(period.plan).name} plan includes {period.premium_limit} credits a month for premium models,"
            f" and they are used up until {period.ends_at.day} {period.ends_at:%B}. A larger plan includes more."
        )
    return QuotaExhausted(
        used=period.used, left=left, needed=credits, limit=period.credit_limit, resets_at=period.ends_at
    )


def settle(reservation_id: int, *, credits: int, now: datetime, cost_micro_usd: Decimal | None = None) -> int:
    """Charge `credits` of the reservation, give the rest back, and return what was charged.

    That is never more than was reserved, and 0 when the reservation was closed before. `cost_micro_usd` is what we have
    really spent, also when that is 0 or more than was reserved; None when it is not known, and then what was reserved
    counts as spent. A call that delivered nothing and yet cost us something is settled with 0 credits. Raises
    Reservation.DoesNotExist.
    """
    cost = None if cost_micro_usd is None else budgets.to_charge(cost_micro_usd)
    closed = close(reservation_id, state=Reservation.State.SETTLED, credits=credits, cost=cost, now=now)
    return closed.charged if closed else 0


def settle_with(
    reservation_id: int, *, credits: int, now: datetime, cost_micro_usd: Decimal, rows: Sequence[Model]
) -> bool:
    """Charge exactly `credits`, and add `rows` that tell of it, all in one statement, and so in one round trip.

    Returns False, and has changed nothing, where `settle` is needed: when fewer credits were reserved, when a budget is
    drawn from, or when the reservation was closed before.
    """
    closing = settlement_sql.Closing(
        reservation_id, Reservation.State.SETTLED.value, credits, budgets.to_charge(cost_micro_usd), now
    )
    return settlement_sql.close_with(closing, rows)


def add_spend(reservation_id: int, cost_micro_usd: Decimal) -> None:
    """Count what a call cost beside those that its reservation is settled with, in the budgets it draws from.

    For a call whose answer came too late to be kept. Credits stay as they are; alerts follow within a minute.
    """
    periods = Reservation.objects.values_list("budget_period_ids", flat=True).get(pk=reservation_id)
    if periods and cost_micro_usd:
        BudgetPeriod.objects.filter(pk__in=periods).update(
            spent_micro_usd=F("spent_micro_usd") + budgets.to_charge(cost_micro_usd)
        )


def release(reservation_id: int, *, now: datetime) -> bool:
    """Give the whole reservation back; return False when it was closed before. Raises Reservation.DoesNotExist."""
    nothing = Decimal(0)
    return bool(close(reservation_id, state=Reservation.State.RELEASED, credits=0, cost=nothing, now=now))


def close(
    reservation_id: int, *, state: Reservation.State, credits: int, cost: Decimal | None, now: datetime
) -> settlement_sql.Closed | None:
    """Move an open reservation to its final state; return None when it was closed before."""
    closing = settlement_sql.Closing(reservation_id, state.value, credits, cost, now)
    if closed := settlement_sql.close(closing):
        return closed
    # One transaction, for an alert and its spend belong together; within the caller's it needs no savepoint.
    with transaction.atomic(savepoint=False):
        closed = settlement_sql.close_within_budgets(closing, marks=budget_alerts.MARKS)
        for budget_period_id, percent in closed.crossed if closed else ():
            budget_alerts.note(budget_period_id, percent=percent, now=now)
    if closed is None:
        # One that was closed before is told from one that never was.
        Reservation.objects.only("pk").get(pk=reservation_id)
    return closed


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
    starts_at, ends_at = utc_periods.month(now)
    plan = plans.get(user.tier)
    period = QuotaPeriod.objects.filter(user=user, starts_at=starts_at).first()
    if period is None:
        # Of two first requests one inserts and both read that row.
        period, _ = QuotaPeriod.objects.get_or_create(
            user=user,
            starts_at=starts_at,
            defaults={
                "ends_at": ends_at,
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
