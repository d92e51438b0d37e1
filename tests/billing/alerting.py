"""Budgets, what is spent of them, and the task that mails about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import time_machine
from django.core import mail
from django.core.mail.backends import locmem

from accounts.models import User
from billing import quota, tasks
from billing.models import Budget, BudgetAlert

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LIMIT = 10_000_000


def server(settings: Any, backend: type[locmem.EmailBackend]) -> None:
    settings.EMAIL_BACKEND = f"{backend.__module__}.{backend.__qualname__}"


def budget(**fields: Any) -> Budget:
    return Budget.objects.create(**{"scope": "platform", "period": "day", "limit_micro_usd": LIMIT, **fields})


def spend(user: User, cost: int, *, now: datetime = NOW) -> None:
    reservation = quota.reserve(user, credits=1, premium=False, now=now)
    quota.settle(reservation.pk, credits=1, now=now, cost_micro_usd=Decimal(cost))


def marks() -> list[int]:
    return sorted(BudgetAlert.objects.values_list("percent", flat=True))


def watch(now: datetime = NOW) -> list[str]:
    """Let the minute's task run; return who was mailed."""
    mail.outbox.clear()
    with time_machine.travel(now, tick=False):
        tasks.watch_budgets()
    return sorted(address for message in mail.outbox for address in message.to)
