"""What the month has cost and saved."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from ai_routing.models import LedgerEntry
from content.home import month

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)


def entry(user: User, cost: str | None, baseline: str | None, **fields: Any) -> LedgerEntry:
    return LedgerEntry.objects.create(
        **{
            "user": user,
            "created_at": NOW,
            "purpose": "content",
            "reference": uuid4(),
            "task_type": "chatbot",
            "complexity": 2,
            "critical": False,
            "tier": "economy",
            "reason": "",
            "provider": "openai",
            "model": "gpt-4o-mini",
            "prompt_version": "1",
            "attempt": 1,
            "outcome": "completed",
            "cost_micro_usd": None if cost is None else Decimal(cost),
            "baseline_micro_usd": None if baseline is None else Decimal(baseline),
            **fields,
        }
    )


def test_nothing_asked_is_nothing_told(alice: User, bob: User) -> None:
    entry(bob, "100", "2000")
    entry(alice, "100", "2000", created_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    assert month.money(alice, now=NOW) is None


def test_the_month_is_added_up_with_its_corrections(alice: User) -> None:
    first = entry(alice, "100", "2000")
    entry(alice, "300", "3000", created_at=datetime(2026, 11, 1, tzinfo=UTC))
    entry(alice, "-50", "0", kind="correction", corrects=first)
    found = month.money(alice, now=NOW)
    assert found
    assert found.cost_usd == Decimal("0.00035")
    assert found.saved_usd == Decimal("0.00465")


def test_the_demonstration_model_saves_nothing_that_could_be_told(alice: User) -> None:
    entry(alice, "0", "0", model="smollm2-135m")
    found = month.money(alice, now=NOW)
    assert found
    assert found.cost_usd == 0
    assert found.saved_usd is None


def test_calls_without_a_price_have_no_sum(alice: User) -> None:
    entry(alice, None, None)
    found = month.money(alice, now=NOW)
    assert found
    assert found.cost_usd is None
