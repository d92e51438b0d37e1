"""Budgets of real spend: what we pay for models, per user, plan and platform, per day and month (UTC).

`billing.quota` draws from them together with the credits. Here is what one needs beside that: opening their periods,
and the refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from billing import utc_periods
from billing.models import Budget, BudgetPeriod
from billing.settlement_sql import Shortage

SMALLEST: Final = Decimal("0.000001")
"""What is kept of a micro-USD. Amounts are rounded to it here: PostgreSQL would round a sum and its parts apart."""

AHEAD: Final = timedelta(minutes=10)
"""How long before they begin the periods that everybody shares are opened."""

OWNER: Final = {
    Budget.Scope.USER: "The account's budget",
    Budget.Scope.PLAN: "The plan's budget",
    Budget.Scope.PLATFORM: "The platform's budget",
}


class BudgetExhausted(Exception):
    """A budget's day or month has less left than the request can cost. Money in micro-USD, `resets_at` in UTC.

    `scope` and `period` are values of Budget.Scope and Budget.Period; `left` may be below 0 where calls came out dearer
    than was reserved, or the limit was lowered.
    """

    def __init__(
        self, *, scope: str, period: str, limit: Decimal, left: Decimal, needed: Decimal, resets_at: datetime
    ) -> None:
        super().__init__(
            f"{OWNER[Budget.Scope(scope)]} is {usd(limit)} a {period}. This can cost {usd(needed)}, and"
            f" {usd(max(left, Decimal(0)))} is left until {resets_at.day} {resets_at:%B, %H:%M} UTC."
            f" Wait until then, or raise the budget."
        )
        self.scope = scope
        self.period = period
        self.limit = limit
        self.left = left
        self.needed = needed
        self.resets_at = resets_at


def usd(micro_usd: Decimal) -> str:
    """Return micro-USD in US dollars, with as many decimals as tell something."""
    dollars = micro_usd / 1_000_000
    return f"${dollars:,.2f}" if dollars == round(dollars, 2) else f"${dollars:,.6f}"


def exhausted(shortage: Shortage, *, needed: Decimal) -> BudgetExhausted:
    return BudgetExhausted(
        scope=shortage.scope,
        period=shortage.period,
        limit=shortage.limit_micro_usd,
        left=shortage.left_micro_usd,
        needed=needed,
        resets_at=shortage.ends_at,
    )


def to_reserve(cost_micro_usd: Decimal) -> Decimal:
    """Return the amount as it is kept, rounded up. Raises ValueError when it is below 0 or not finite."""
    return kept(cost_micro_usd, rounding=ROUND_CEILING)


def to_charge(cost_micro_usd: Decimal) -> Decimal:
    """Return the amount as it is kept. Raises ValueError when it is below 0 or not finite."""
    return kept(cost_micro_usd, rounding=ROUND_HALF_UP)


def kept(cost_micro_usd: Decimal, *, rounding: str) -> Decimal:
    if not cost_micro_usd.is_finite() or cost_micro_usd < 0:
        raise ValueError(f"A cost is 0 or more micro-USD, not {cost_micro_usd}")
    return cost_micro_usd.quantize(SMALLEST, rounding=rounding)


def span(period: str, *, now: datetime) -> utc_periods.Span:
    return utc_periods.day(now) if period == Budget.Period.DAY else utc_periods.month(now)


def open_periods(budgets: Iterable[Budget], *, now: datetime) -> None:
    """Make the row of each budget's day or month, where it lacks one."""
    # In the order in which rows are locked: of two that make the same rows, one waits, and never each for the other.
    ordered = sorted(budgets, key=lambda budget: (budget.scope == Budget.Scope.PLATFORM, budget.pk))
    BudgetPeriod.objects.bulk_create(
        (BudgetPeriod(budget=budget, **span(budget.period, now=now)._asdict()) for budget in ordered),
        ignore_conflicts=True,
    )


def open_shared_periods(*, now: datetime) -> None:
    """Open the periods of plans and the platform, and before midnight those of tomorrow.

    They would be opened by the first reservation too. But then everybody else's would wait for its transaction.
    """
    shared = list(Budget.objects.filter(active=True).exclude(scope=Budget.Scope.USER).order_by("pk"))
    open_periods(shared, now=now)
    open_periods(shared, now=now + AHEAD)
