"""The one door to a model: set quota aside, route, call, fall back, settle, and tell the ledger and the events.

A caller goes through it in three steps, because each belongs to another transaction: `admit` with the row that asks,
`run` outside any transaction, `settle` with the row that keeps the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from ai_routing import analysis, catalogue, chain, ledger, prices, prompts, routing, tokens
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from analytics import events
from billing import plans, quota
from billing.models import Reservation

Outcome = LedgerEntry.Outcome


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be completed, for whom, and what for."""

    user: User
    purpose: str
    tail: prompts.Tail
    critical: bool = False

    def prompt(self) -> prompts.Prompt:
        return prompts.build(self.tail, demonstration=catalogue.is_demonstration())


@dataclass(frozen=True, slots=True)
class Route:
    """A routing decision with the analysis it rests on; kept with the row that asked, as JSON."""

    tier: str
    rule: str
    reason: str
    deployments: tuple[str, ...]
    complexity: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Route:
        return cls(**{**stored, "deployments": tuple(stored["deployments"])})


@dataclass(frozen=True, slots=True)
class Completion:
    """How a job ended, from the provider's side, before anybody is charged."""

    attempts: tuple[chain.Attempt, ...]
    prompt_version: str

    @property
    def last(self) -> chain.Attempt:
        return self.attempts[-1]

    @property
    def answered(self) -> bool:
        return self.last.is_answer

    @property
    def text(self) -> str:
        return self.last.text.strip() if self.answered else ""


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


def route(job: Job) -> Route:
    """Return where the job goes, by its analysis and the configured models.

    Raises routing.InvalidRequest, and routing.NoDeployment when the tier it needs has no model.
    """
    estimate = analysis.estimate(task_type=job.tail.task_type, prompt=job.tail.brief, output_length=job.tail.length)
    decision = routing.choose(
        routing.Request(
            task_type=job.tail.task_type,
            complexity=estimate.complexity,
            critical=job.critical,
            output_length=job.tail.length,
        ),
        routing.Health(chains={tier: catalogue.chain(tier) for tier in catalogue.Tier}),
    )
    return Route(
        tier=decision.tier,
        rule=decision.rule,
        reason=decision.reason,
        deployments=tuple(str(deployment) for deployment in decision.deployments),
        complexity=estimate.complexity,
    )


def admit(job: Job, route: Route, *, now: datetime) -> Reservation:
    """Set aside, in the caller's transaction, the most that the job can cost. Raises as `admit_each` does."""
    (reservation,) = admit_each(job, route, times=1, now=now)
    return reservation


def admit_each(job: Job, route: Route, *, times: int, now: datetime) -> list[Reservation]:
    """Set aside, in the caller's transaction, the most that doing the job can cost, once for each of the `times`.

    Raises quota.QuotaExhausted and quota.PlanRequired; then nothing is set aside.
    """
    return quota.reserve_each(
        job.user,
        credits=worst_case(job.prompt(), route, now=now),
        times=times,
        premium=route.tier == catalogue.Tier.PREMIUM,
        now=now,
    )


def worst_case(prompt: prompts.Prompt, route: Route, *, now: datetime) -> int:
    """Return the credits that the dearest deployment takes when nothing is cached and the answer is as long as allowed."""
    most = Tokens(input=tokens.in_messages(prompt.messages), output=prompt.max_output_tokens)
    found = [prices.of(catalogue.parse(name), on=now.date()) for name in route.deployments]
    return max(prices.credits(price.cost(most) if price else None) for price in found)


def run(job: Job, route: Route, *, sink: chain.Sink, stop_requested: Callable[[], bool]) -> Completion:
    """Call the models until one answers, the deadline passes or a stop is requested. Never raises for a provider."""
    prompt = job.prompt()
    attempts = chain.ask(
        [catalogue.parse(name) for name in route.deployments],
        prompt,
        sink=sink,
        stop_requested=stop_requested,
        limits=chain.Limits(
            give_up_at=monotonic() + settings.AI_DEADLINE_SECONDS, stall_seconds=settings.AI_STALL_SECONDS
        ),
    )
    return Completion(tuple(attempts), prompt.version)


def settle(
    job: Job, route: Route, completion: Completion, *, reservation_id: int, reference: UUID, now: datetime
) -> Bill:
    """Charge an answer, release anything else, and write ledger and event, all in the caller's transaction."""
    if completion.answered:
        price = ledger.cost(completion.last, now=now)
        charged = quota.settle(reservation_id, credits=prices.credits(price), now=now)
    else:
        quota.release(reservation_id, now=now)
        charged = 0
    return account_for(job, route, completion, credits=charged, reference=reference, now=now)


def account_for(
    job: Job, route: Route, completion: Completion, *, credits: int, reference: UUID, now: datetime
) -> Bill:
    """Write the ledger rows and the event of a completion, and return what it came to."""
    subject = ledger.Subject(
        user_id=job.user.pk,
        purpose=job.purpose,
        reference=reference,
        task_type=job.tail.task_type,
        complexity=route.complexity,
        critical=job.critical,
        tier=route.tier,
        reason=route.reason,
        prompt_version=completion.prompt_version,
    )
    entries = ledger.write(subject, completion.attempts, credits=credits, now=now)
    bill = bill_of(entries)
    events.record(
        "ai.completion",
        user_id=job.user.pk,
        data={
            "purpose": job.purpose,
            "reference": str(reference),
            "task_type": str(job.tail.task_type),
            "tier": route.tier,
            "model": bill.model,
            "outcome": str(completion.last.outcome),
            "attempts": bill.attempts,
            "input_tokens": bill.tokens.input,
            "cached_tokens": bill.tokens.cached,
            "output_tokens": bill.tokens.output,
            "cost_micro_usd": None if bill.cost_micro_usd is None else str(bill.cost_micro_usd),
            "baseline_micro_usd": None if bill.baseline_micro_usd is None else str(bill.baseline_micro_usd),
            "credits": credits,
            "plan": plans.get(job.user.tier).tier.value,
        },
        now=now,
    )
    return bill


def bill_of(entries: list[LedgerEntry]) -> Bill:
    """Sum up the rows of one completion. The baseline is for the answer alone: GPT-4o would have been asked once."""
    last = entries[-1]
    costs = [entry.cost_micro_usd for entry in entries]
    return Bill(
        model=last.model,
        tokens=Tokens(
            input=sum(entry.input_tokens for entry in entries),
            cached=sum(entry.cached_tokens for entry in entries),
            output=sum(entry.output_tokens for entry in entries),
        ),
        cost_micro_usd=None if None in costs else sum(filter(None, costs), Decimal(0)),
        baseline_micro_usd=last.baseline_micro_usd,
        credits=last.credits,
        latency_ms=sum(entry.latency_ms for entry in entries),
        attempts=len(entries),
    )


def lost(job: Job, route: Route, *, reference: UUID, now: datetime) -> None:
    """Tell the ledger of a call that died with its worker: what it used is not known, and nobody is charged."""
    gone = chain.Attempt(catalogue.parse(route.deployments[0]), Outcome.LOST)
    account_for(job, route, Completion((gone,), job.prompt().version), credits=0, reference=reference, now=now)
