"""Accounts whose subscriptions are told of, as a provider does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from accounts.models import Tier, User
from billing import subscriptions
from billing.entitlements import Standing
from billing.subscriptions import Told
from tests.conftest import person

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)
MONTHLY: Final = 29_00 * 12
"""What Pro by the month comes to in a year, in cents."""


def told(
    user: User,
    status: str = "active",
    *,
    at: datetime = NOW,
    yearly: int | None = MONTHLY,
    currency: str = "eur",
    interval: str = "month",
    id: str = "",
    tier: Tier = Tier.PRO,
    **standing: Any,
) -> None:
    """Let the provider tell of an account's subscription at a time."""
    stands = Standing(status, tier, at + 30 * DAY, **standing)
    one = Told(id or f"sub_{user.pk}", stands, interval, currency, yearly)
    subscriptions.apply(user.pk, one, now=at)


def account(number: int) -> User:
    return person(f"payer{number}@example.org", name=f"Payer {number}", tier=Tier.FREE)
