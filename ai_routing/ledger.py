"""Write what calls to models used and cost. Rows are added in the caller's transaction and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ai_routing import prices
from ai_routing.chain import Attempt
from ai_routing.models import LedgerEntry
from ai_routing.routing import TaskType


@dataclass(frozen=True, slots=True)
class Subject:
    """What a completion was for, and how it was routed."""

    user_id: int
    purpose: str
    reference: UUID
    task_type: TaskType
    complexity: int
    critical: bool
    tier: str
    reason: str
    prompt_version: str


def cost(attempt: Attempt, *, now: datetime) -> Decimal | None:
    """Return what an attempt cost us, in micro-USD; None where no price is known."""
    price = prices.of(attempt.deployment, on=now.date())
    return None if price is None else price.cost(attempt.tokens)


def write(subject: Subject, attempts: Sequence[Attempt], *, credits: int, now: datetime) -> list[LedgerEntry]:
    """Add a row for each attempt; `credits` stands on the last one."""
    last = len(attempts) - 1
    return LedgerEntry.objects.bulk_create(
        entry(subject, attempt, number=number + 1, credits=credits if number == last else 0, now=now)
        for number, attempt in enumerate(attempts)
    )


def entry(subject: Subject, attempt: Attempt, *, number: int, credits: int, now: datetime) -> LedgerEntry:
    baseline = prices.baseline(attempt.deployment, on=now.date())
    return LedgerEntry(
        user_id=subject.user_id,
        created_at=now,
        purpose=subject.purpose,
        reference=subject.reference,
        task_type=subject.task_type,
        complexity=subject.complexity,
        critical=subject.critical,
        tier=subject.tier,
        reason=subject.reason,
        provider=attempt.deployment.provider,
        model=attempt.deployment.model,
        prompt_version=subject.prompt_version,
        attempt=number,
        outcome=attempt.outcome,
        input_tokens=attempt.tokens.input,
        cached_tokens=attempt.tokens.cached,
        output_tokens=attempt.tokens.output,
        usage_source=attempt.usage_source,
        cost_micro_usd=cost(attempt, now=now),
        baseline_micro_usd=baseline.cost_uncached(attempt.tokens) if baseline else None,
        baseline_cached_micro_usd=baseline.cost(attempt.tokens) if baseline else None,
        credits=credits,
        first_token_ms=attempt.first_token_ms,
        latency_ms=attempt.latency_ms,
        provider_request_id=attempt.request_id[:128],
    )
