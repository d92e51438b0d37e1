"""Write what calls to models used and cost, and the event that tells of it. Rows are added in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Model

from accounts import statements
from ai_routing import prices
from ai_routing.attempts import Attempt, Kind
from ai_routing.caching.embedding import Embedded
from ai_routing.models import Cache, LedgerEntry
from ai_routing.prices import Tokens
from analytics import events
from analytics.models import Event

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a completion was for, and how it was routed."""

    user_id: int
    plan: str
    purpose: str
    reference: UUID
    task_type: str
    language: str
    complexity: int
    critical: bool
    tier: str
    reason: str
    prompt_version: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a completion used and cost, over all its attempts. Money in micro-USD; None where no price is known."""

    model: str
    tokens: Tokens
    cost_micro_usd: Decimal | None
    baseline_micro_usd: Decimal | None
    credits: int
    latency_ms: int
    attempts: int
    cache: Cache
    escalated: bool


def cost(attempt: Attempt, *, now: datetime) -> Decimal | None:
    """Return what an attempt cost us, in micro-USD: nothing from the cache, None where no price is known."""
    if attempt.cache is not Cache.NONE:
        return NOTHING
    price = prices.of(attempt.deployment, on=now.date())
    return None if price is None else price.cost(attempt.tokens)


def cost_of_embedding(embedded: Embedded, *, now: datetime) -> Decimal | None:
    price = prices.of(embedded.deployment, on=now.date())
    return None if price is None else price.cost(embedded.tokens)


def spent(attempts: Sequence[Attempt], embedded: Embedded | None, *, now: datetime) -> Decimal:
    """Return what budgets are charged with, in micro-USD; a call without a known price counts as nothing."""
    calls = sum((cost(attempt, now=now) or NOTHING for attempt in attempts), NOTHING)
    return calls + (cost_of_embedding(embedded, now=now) or NOTHING if embedded else NOTHING)


@dataclass(frozen=True, slots=True)
class Account:
    """What a completion came to, and the rows that tell of it."""

    bill: Bill
    rows: Sequence[Model]


def drawn_up(
    subject: Subject,
    attempts: Sequence[Attempt],
    *,
    kept: int | None,
    telling: int,
    embedded: Embedded | None,
    escalated: bool,
    credits: int,
    now: datetime,
    others: Sequence[Model] = (),
) -> Account:
    """Return a row for each call, the event, the `others`, and their sum.

    `credits` stand on the last row. The baseline stands on the answer alone: GPT-4o would have been asked once, and
    needed no embedding.
    """
    rows = [
        entry(subject, attempt, number=number + 1, answers=number == kept, now=now)
        for number, attempt in enumerate(attempts)
    ]
    rows[-1].credits = credits
    if embedded is not None:
        rows.insert(0, embedding_entry(subject, embedded, now=now))
    told = attempts[telling if kept is None else kept]
    bill = bill_of(rows, answer=told, credits=credits, escalated=escalated)
    return Account(bill, [*rows, event_of(subject, bill, outcome=told.outcome, now=now), *others])


def insert(rows: Sequence[Model]) -> None:
    """Add rows of one or more tables in one statement, since a round trip costs as much as the work.

    What the database sets by itself, such as their keys, is not read back.
    """
    parts, values = statements.inserts(rows)
    named = ", ".join([f"row_{number} AS ({part})" for number, part in enumerate(parts)])
    statements.only_row(f"WITH {named} SELECT", values)


def entry(subject: Subject, attempt: Attempt, *, number: int, answers: bool, now: datetime) -> LedgerEntry:
    baseline = prices.baseline(attempt.deployment, on=now.date()) if answers else prices.FREE
    row = blank(subject, attempt.deployment.provider, attempt.deployment.model, number=number, now=now)
    row.kind = attempt.kind
    row.outcome = attempt.outcome
    row.cache = attempt.cache
    row.faults = list(attempt.faults)
    row.input_tokens = attempt.tokens.input
    row.cached_tokens = attempt.tokens.cached
    row.cache_write_tokens = attempt.tokens.cache_write
    row.output_tokens = attempt.tokens.output
    row.usage_source = attempt.usage_source
    row.cost_micro_usd = cost(attempt, now=now)
    if baseline is not None:
        row.baseline_micro_usd, row.baseline_cached_micro_usd = baseline.as_baseline(
            attempt.tokens, given_again=attempt.cache is not Cache.NONE
        )
    row.first_token_ms = attempt.first_token_ms
    row.latency_ms = attempt.latency_ms
    row.provider_request_id = attempt.request_id[:128]
    return row


def embedding_entry(subject: Subject, embedded: Embedded, *, now: datetime) -> LedgerEntry:
    row = blank(subject, embedded.deployment.provider, embedded.deployment.model, number=0, now=now)
    row.kind = Kind.EMBEDDING
    row.outcome = embedded.outcome
    row.input_tokens = embedded.tokens.input
    row.usage_source = LedgerEntry.UsageSource.PROVIDER if embedded.tokens.input else LedgerEntry.UsageSource.NONE
    row.cost_micro_usd = cost_of_embedding(embedded, now=now)
    row.baseline_micro_usd = row.baseline_cached_micro_usd = NOTHING
    row.latency_ms = embedded.latency_ms
    row.provider_request_id = embedded.request_id[:128]
    return row


def blank(subject: Subject, provider: str, model: str, *, number: int, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        user_id=subject.user_id,
        created_at=now,
        plan=subject.plan,
        purpose=subject.purpose,
        reference=subject.reference,
        task_type=subject.task_type,
        language=subject.language[:8],
        complexity=subject.complexity,
        critical=subject.critical,
        tier=subject.tier,
        reason=subject.reason[:300],
        provider=provider,
        model=model,
        prompt_version=subject.prompt_version,
        attempt=number,
    )


def bill_of(rows: Sequence[LedgerEntry], *, answer: Attempt, credits: int, escalated: bool) -> Bill:
    calls = [row for row in rows if row.kind != Kind.EMBEDDING]
    costs = [row.cost_micro_usd for row in rows]
    baselines = [row.baseline_micro_usd for row in calls]
    return Bill(
        model=answer.deployment.model,
        tokens=Tokens(
            input=sum(row.input_tokens for row in calls),
            cached=sum(row.cached_tokens for row in calls),
            output=sum(row.output_tokens for row in calls),
            cache_write=sum(row.cache_write_tokens for row in calls),
        ),
        cost_micro_usd=total(costs),
        baseline_micro_usd=total(baselines),
        credits=credits,
        latency_ms=sum(row.latency_ms for row in rows),
        attempts=len(calls),
        cache=answer.cache,
        escalated=escalated,
    )


def total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the sum, or None when one of the amounts is not known."""
    return None if None in amounts else sum(filter(None, amounts), NOTHING)


def event_of(subject: Subject, bill: Bill, *, outcome: LedgerEntry.Outcome, now: datetime) -> Event:
    return events.made(
        "ai.completion",
        user_id=subject.user_id,
        data={
            "purpose": subject.purpose,
            "reference": str(subject.reference),
            "task_type": subject.task_type,
            "tier": subject.tier,
            "model": bill.model,
            "outcome": str(outcome),
            "cache": str(bill.cache),
            "escalated": bill.escalated,
            "attempts": bill.attempts,
            "input_tokens": bill.tokens.input,
            "cached_tokens": bill.tokens.cached,
            "output_tokens": bill.tokens.output,
            "cost_micro_usd": None if bill.cost_micro_usd is None else str(bill.cost_micro_usd),
            "baseline_micro_usd": None if bill.baseline_micro_usd is None else str(bill.baseline_micro_usd),
            "credits": bill.credits,
            "plan": subject.plan,
        },
        now=now,
    )
