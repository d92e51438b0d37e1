"""A ledger small enough to add up by hand, over two days."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from accounts.models import User
from ai_routing.models import LedgerEntry
from ai_routing.reports.period import Period

FIRST: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECOND: Final = datetime(2026, 11, 21, 15, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOTH: Final = Period(FIRST.date(), SECOND.date())

USUAL: Final[dict[str, Any]] = {
    "created_at": FIRST,
    "purpose": "content",
    "plan": "pro",
    "task_type": "marketing_template",
    "complexity": 2,
    "critical": False,
    "tier": "economy",
    "reason": "A sentence.",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "prompt_version": "writer.en.v1",
    "attempt": 1,
    "outcome": "completed",
    "usage_source": "provider",
}


def row(user: User, *, money: tuple[int | None, int | None, int | None] = (0, 0, 0), **fields: Any) -> LedgerEntry:
    """Add a row; `money` is its cost and both baselines, in micro-USD."""
    amounts = [None if amount is None else Decimal(amount) for amount in money]
    names = ("cost_micro_usd", "baseline_micro_usd", "baseline_cached_micro_usd")
    return LedgerEntry.objects.create(
        user=user, **{**USUAL, "reference": uuid4(), **dict(zip(names, amounts, strict=True)), **fields}
    )


def correct(wrong: LedgerEntry, *, money: tuple[int, int, int], created_at: datetime) -> LedgerEntry:
    copied = {name: getattr(wrong, name) for name in (*USUAL, "user", "reference", "cache")}
    return row(
        **{**copied, "created_at": created_at, "usage_source": "none"}, money=money, kind="correction", corrects=wrong
    )


def small_ledger(alice: User, bob: User) -> None:
    """Nine requests, a correction, and all that can become of a call."""
    chat = {"purpose": "assistant", "task_type": "chatbot", "prompt_version": "conversation.en.v1"}
    answer = row(
        alice,
        money=(100, 2_000, 1_500),
        input_tokens=1_000,
        cached_tokens=600,
        output_tokens=100,
        first_token_ms=200,
        latency_ms=1_000,
        **chat,
    )
    correct(answer, money=(20, 0, 0), created_at=SECOND)
    escalated(alice)
    row(alice, money=(0, 1_000, 900), cache="exact", input_tokens=400, cached_tokens=0)
    similar: UUID = uuid4()
    row(
        bob,
        money=(1, 0, 0),
        kind="embedding",
        model="text-embedding-3-small",
        attempt=0,
        reference=similar,
        created_at=SECOND,
    )
    row(bob, money=(0, 500, 400), cache="semantic", reference=similar, plan="free", created_at=SECOND)
    row(bob, outcome="content_filter", plan="free", created_at=SECOND, input_tokens=100)
    again: UUID = uuid4()
    row(bob, outcome="rate_limited", provider="azure", usage_source="none", reference=again, plan="free")
    row(
        bob,
        money=(10, 200, 150),
        attempt=2,
        reference=again,
        plan="free",
        input_tokens=1_000,
        cached_tokens=0,
        latency_ms=2_000,
        first_token_ms=400,
    )
    row(bob, money=(None, None, None), model="llama3.2", plan="free", usage_source="counted", latency_ms=9_000)
    row(bob, money=(0, None, None), provider="local", model="smollm2-135m", plan="free", usage_source="counted")
    row(bob, outcome="circuit_open", plan="free", usage_source="none", created_at=SECOND)


def escalated(user: User) -> None:
    """A draft that failed its checks, and the stronger model's answer."""
    reference = uuid4()
    row(
        user,
        money=(50, 0, 0),
        kind="draft",
        faults=["language"],
        reference=reference,
        input_tokens=1_000,
        cached_tokens=1_000,
        latency_ms=500,
        first_token_ms=100,
    )
    row(
        user,
        money=(3_000, 3_000, 2_500),
        model="gpt-4o",
        attempt=2,
        reference=reference,
        input_tokens=1_000,
        cached_tokens=0,
        cache_write_tokens=800,
        latency_ms=4_000,
        first_token_ms=800,
    )
