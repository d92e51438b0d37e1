"""Make budgets, draw from them, and see what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from billing import quota
from billing.models import Budget, Reservation

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def budget(limit: int, *, period: str = "day", **subject: Any) -> Budget:
    """Make a budget of a user or a plan, whichever is given, or else of the platform."""
    scope = next(iter(subject), "platform")
    return Budget.objects.create(scope=scope, period=period, limit_micro_usd=Decimal(limit), **subject)


def reserve(user: User, cost: str | int, *, now: datetime = NOW, credits: int = 1) -> Reservation:
    return quota.reserve(user, credits=credits, premium=False, now=now, cost_micro_usd=Decimal(cost))


def money(row: Budget, *, at: datetime = NOW) -> tuple[Any, Any]:
    """Return what is reserved and spent in the budget's day or month around a moment."""
    period = row.periods.get(starts_at__lte=at, ends_at__gt=at)
    return period.reserved_micro_usd, period.spent_micro_usd
