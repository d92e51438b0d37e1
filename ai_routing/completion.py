"""The one door to a model: set quota aside, route, call, fall back, check, settle, and tell the ledger and the events.

A caller goes through it in three steps, because each belongs to another transaction: `admit` with the row that asks,
`run` outside any transaction, `settle` with the row that keeps the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ai_routing import (
    analysis,
    breaker,
    cascade,
    catalogue,
    chain,
    connections,
    ledger,
    overrides,
    prices,
    recall,
    retention,
    routing,
    telemetry,
    worst_case,
)
from ai_routing.attempts import Attempt, Outcome, Sink
from ai_routing.caching import store
from ai_routing.caching.embedding import Embedded
from ai_routing.jobs import Job, Route
from ai_routing.ledger import Bill
from ai_routing.models import Cache
from ai_routing.models.work import Status, Work
from ai_routing.prompts import softening
from billing import quota
from billing.models import Reservation

ERROR_CODES: Final = {
    Outcome.CONTENT_FILTER: "content_blocked",
    Outcome.CONTEXT_TOO_LONG: "invalid_request",
}
"""The error that a creator sees; every other outcome without text is `ai_unavailable`."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How a job ended, from the provider's side, before anybody is charged.

    `kept` numbers the answer among the attempts; without one, `telling` numbers the attempt that tells how it ended.
    """

    attempts: tuple[Attempt, ...]
    kept: int | None
    escalated: bool = False
    telling: int = -1
    question: store.Question | None = None
    embedded: Embedded | None = None

    @property
    def last(self) -> Attempt:
        """The answer, or, without one, the attempt that tells how it ended."""
        return self.attempts[self.telling if self.kept is None else self.kept]

    @property
    def answered(self) -> bool:
        return self.kept is not None

    @property
    def text(self) -> str:
        return self.last.text.strip() if self.answered else ""

    @property
    def cache(self) -> Cache:
        return self.last.cache

    @property
    def error_code(self) -> str:
        """The code of the problem that a creator is told of; empty for an answer and for a stop."""
        if self.answered or self.last.outcome is Outcome.STOPPED:
            return ""
        return ERROR_CODES.get(self.last.outcome, "ai_unavailable")


def route(job: Job) -> Route:
    """Return where the job goes, by its analysis and the configured models.

    Raises routing.InvalidRequest, and routing.NoDeployment when the tier it needs has no model.
    """
    found = analysis.analyse(job.text, job.stated)
    premium = catalogue.chain(catalogue.Tier.PREMIUM)
    decision = pinned(job.pinned) if job.pinned else choose(job, found)
    escalates = decision.tier is catalogue.Tier.ECONOMY and not job.pinned
    checked = job.expectations is not None and found.task_type not in overrides.current().unescalated
    return Route(
        tier=decision.tier,
        rule=decision.rule,
        reason=decision.reason,
        deployments=tuple(str(deployment) for deployment in decision.deployments),
        complexity=found.complexity,
        task_type=found.task_type,
        critical=found.critical,
        output_length=found.output_length,
        language=found.language,
        escalation=tuple(
            str(deployment)
            for deployment in premium
            if escalates and checked and deployment not in decision.deployments
        ),
        explanation=found.explanation(),
        contributions=tuple((one.feature, round(one.points, 1)) for one in found.weightiest()),
        estimated=tuple(sorted(found.estimated)),
    )


def choose(job: Job, found: analysis.Analysis) -> routing.Decision:
    known = health()
    try:
        return routing.choose(request_of(job, found, needs=found.needs | job.stated.needs), known)
    except (routing.NoDeployment, routing.InvalidRequest):
        # What an estimate merely suspects must not turn a request away.
        return routing.choose(request_of(job, found, needs=job.stated.needs), known)


def request_of(job: Job, found: analysis.Analysis, *, needs: frozenset[routing.Need]) -> routing.Request:
    return routing.Request(
        task_type=found.task_type,
        complexity=found.complexity,
        critical=found.critical,
        output_length=found.output_length,
        needs=needs,
        context_tokens=worst_case.input_tokens(job.prompt) + job.prompt.max_output_tokens,
    )


def health() -> routing.Health:
    configured = catalogue.configured()
    return routing.Health(
        chains={tier: catalogue.chain(tier) for tier in catalogue.Tier},
        down=breaker.read(configured).down,
        overrides=overrides.current().tiers,
        capabilities={deployment: catalogue.capability(deployment) for deployment in configured},
    )


def pinned(deployments: tuple[catalogue.Deployment, ...]) -> routing.Decision:
    """Return the decision of a request that names its model; a premium one draws on the plan's premium share."""
    is_economy = set(deployments) & set(catalogue.chain(catalogue.Tier.ECONOMY))
    tier = catalogue.Tier.ECONOMY if is_economy else catalogue.Tier.PREMIUM
    return routing.Decision(tier, routing.Rule.PINNED, "The request names this model.", deployments)


def admit(job: Job, route: Route, *, now: datetime) -> Reservation:
    """Set aside, in the caller's transaction, the most that the job can cost. Raises as `admit_each` does."""
    (reservation,) = admit_each(job, route, times=1, now=now)
    return reservation


def admit_each(job: Job, route: Route, *, times: int, now: datetime) -> list[Reservation]:
    """Set aside, in the caller's transaction, the most that doing the job can cost, once for each of the `times`.

    The creator's credits are those of the tier that was chosen: an escalation is on us, and counts in budgets alone.
    Raises quota.QuotaExhausted, quota.PlanRequired and budgets.BudgetExhausted; then nothing is set aside.
    """
    return quota.reserve_each(
        job.user,
        credits=0 if job.on_us else worst_case.credits(job.prompt, route, now=now),
        times=times,
        premium=route.tier == catalogue.Tier.PREMIUM and not job.on_us,
        now=now,
        cost_micro_usd=worst_case.micro_usd(job, route, now=now),
    )


def run(job: Job, route: Route, *, sink: Sink, stop_requested: Callable[[], bool]) -> Completion:
    """Give the answer from the cache, or call the models until one answers, the deadline passes or a stop is requested.

    Never raises for a provider.
    """
    decision = {
        "tier": str(route.tier),
        "rule": str(route.rule),
        "task_type": str(route.task_type),
        "complexity": route.complexity,
        "critical": route.critical,
        "deployments": route.deployments,
        "purpose": str(job.purpose),
    }
    with telemetry.completion(**decision) as ended:
        completion = found_or_asked(job, route, sink=sink, stop_requested=stop_requested)
        ended["cache"] = str(completion.cache)
        ended["escalated"] = completion.escalated
        ended["attempts"] = len(completion.attempts)
        ended["outcome"] = str(completion.last.outcome)
    return completion


def found_or_asked(job: Job, route: Route, *, sink: Sink, stop_requested: Callable[[], bool]) -> Completion:
    give_up_at = monotonic() + settings.AI_DEADLINE_SECONDS
    question = recall.question(job, route)
    found = store.find(question, now=timezone.now()) if question else store.NOTHING
    connections.give_back()
    if found.hit:
        sink.token(found.hit.text)
        return Completion((recall.served(found.hit),), kept=0, question=question, embedded=found.embedded)
    deployments, escalation = parsed(route.deployments), parsed(route.escalation)
    caller = chain.Caller(
        sink=sink,
        stop_requested=stop_requested,
        limits=chain.Limits(give_up_at=give_up_at, stall_seconds=settings.AI_STALL_SECONDS),
        streamed=job.streamed,
        panel=breaker.read([*deployments, *escalation]),
    )
    plan = cascade.Plan(deployments, escalation, job.expectations, job.repairs)
    climb = cascade.Cascade(job.prompt, plan, caller, attempts=[])
    climb.climb()
    if climb.kept is None and may_be_permitted(job, route, climb.last):
        climb.ask_permitted(parsed(tuple(settings.AI_PERMITTED_MODELS)))
    return Completion(tuple(climb.attempts), climb.kept, climb.escalated, climb.telling, question, found.embedded)


def parsed(names: tuple[str, ...]) -> list[catalogue.Deployment]:
    return [catalogue.parse(name) for name in names]


def may_be_permitted(job: Job, route: Route, last: Attempt) -> bool:
    """Tell whether policy lets another model answer what a provider's filter refused.

    Never where it may harm, where a premium model was due by the rules, or where the client named the model.
    """
    categories = set(last.filtered_categories)
    return (
        last.outcome is Outcome.CONTENT_FILTER
        and bool(settings.AI_PERMITTED_MODELS)
        and bool(categories)
        and categories <= set(settings.AI_PERMITTED_CATEGORIES)
        and route.rule not in {routing.Rule.CRITICAL, routing.Rule.SENSITIVE_TASK, routing.Rule.PINNED}
        and not softening.is_beyond_words(job.text)
    )


def settle(
    job: Job, route: Route, completion: Completion, *, reservation_id: int, reference: UUID, now: datetime
) -> Bill:
    """Charge an answer, release anything else, and write ledger and event, all in the caller's transaction.

    An answer from the cache takes no credit.
    """
    due = credits_due(completion, now=now) if completion.answered and not job.on_us else 0
    charged = close(completion, reservation_id, credits=due, now=now)
    if completion.answered:
        recall.keep(completion.question, completion.last, text=completion.text, embedded=completion.embedded, now=now)
    return account_for(job, route, completion, credits=charged, reference=reference, now=now)


def settle_at_once(completion: Completion, account: ledger.Account, *, reservation_id: int, now: datetime) -> bool:
    """Do what `settle` does, by one statement that is its own transaction, for an answer that came at the first call.

    Returns False, and has changed nothing, where `settle` is needed.
    """
    if completion.question is not None or not completion.answered or len(completion.attempts) > 1:
        return False
    spent = ledger.spent(completion.attempts, completion.embedded, now=now)
    return quota.settle_with(
        reservation_id, credits=account.bill.credits, now=now, cost_micro_usd=spent, rows=account.rows
    )


def settle_late(
    job: Job, route: Route, completion: Completion, *, reservation_id: int, reference: UUID, now: datetime
) -> Bill:
    """Charge an answer that was read, and has no row any more to be kept in; the caches do not keep it either."""
    return settle(
        job, route, replace(completion, question=None), reservation_id=reservation_id, reference=reference, now=now
    )


def late(
    job: Job, route: Route, completion: Completion, *, reservation_id: int, reference: UUID, now: datetime
) -> None:
    """Tell of a call whose text came too late to be kept, because another worker has the work: nobody is charged."""
    quota.add_spend(reservation_id, ledger.spent(completion.attempts, completion.embedded, now=now))
    account_for(job, route, completion, credits=0, reference=reference, now=now)


def unusable(
    job: Job, route: Route, completion: Completion, *, reservation_id: int, reference: UUID, now: datetime
) -> Bill:
    """Charge nobody for an answer that cannot be used, and tell what it cost us."""
    close(completion, reservation_id, credits=0, now=now)
    return account_for(job, route, completion, credits=0, reference=reference, now=now)


def close(completion: Completion, reservation_id: int, *, credits: int, now: datetime) -> int:
    """Close the reservation of a completion, and return the credits charged."""
    spent = ledger.spent(completion.attempts, completion.embedded, now=now)
    if not (credits or spent or completion.answered):
        quota.release(reservation_id, now=now)
        return 0
    return quota.settle(reservation_id, credits=credits, now=now, cost_micro_usd=spent)


def credits_due(completion: Completion, *, now: datetime) -> int:
    """Return the credits that an answer takes: for an escalated one those of the draft, since an escalation is on us."""
    if completion.cache is not Cache.NONE:
        return 0
    due = prices.credits(ledger.cost(completion.last, now=now))
    if not completion.escalated:
        return due
    draft = next(attempt for attempt in completion.attempts if attempt.faults)
    return min(due, prices.credits(ledger.cost(draft, now=now)))


def account_for(
    job: Job, route: Route, completion: Completion, *, credits: int, reference: UUID, now: datetime
) -> Bill:
    """Write the ledger rows, the event and the words of a completion, and return what it came to."""
    account = drawn_up(job, route, completion, credits=credits, reference=reference, now=now)
    ledger.insert(account.rows)
    return account.bill


def drawn_up(
    job: Job, route: Route, completion: Completion, *, credits: int, reference: UUID, now: datetime
) -> ledger.Account:
    """Return the ledger rows, the event and the words of a completion, and what it came to, without writing them."""
    subject = ledger.Subject(
        user_id=job.user.pk,
        plan=job.user.tier,
        purpose=job.purpose,
        reference=reference,
        task_type=route.task_type,
        language=route.language,
        complexity=route.complexity,
        critical=route.critical,
        tier=route.tier,
        reason=f"{route.reason} {route.explanation}".strip(),
        prompt_version=job.prompt.version,
    )
    return ledger.drawn_up(
        subject,
        completion.attempts,
        kept=completion.kept,
        telling=completion.telling,
        embedded=completion.embedded,
        escalated=completion.escalated,
        credits=credits,
        others=retention.made(job.user.pk, reference, job.prompt, now=now),
        now=now,
    )


def lost(job: Job, route: Route, *, reference: UUID, now: datetime, reservation_id: int | None = None) -> None:
    """Tell the ledger of a call that died with its worker: what it used is not known, and nobody is charged.

    With a reservation the job is given up: budgets count what was reserved as spent.
    """
    if reservation_id is not None:
        quota.settle(reservation_id, credits=0, now=now, cost_micro_usd=None)
    gone = Attempt(catalogue.parse(route.deployments[0]), Outcome.LOST)
    account_for(job, route, Completion((gone,), None), credits=0, reference=reference, now=now)


def fill(work: Work, completion: Completion, bill: Bill) -> None:
    """Copy how a completion ended, and what it came to, to the row of the work; the caller saves it."""
    work.finish_reason = completion.last.finish_reason
    work.model = bill.model
    work.cache = bill.cache
    work.input_tokens = bill.tokens.input
    work.cached_tokens = bill.tokens.cached
    work.output_tokens = bill.tokens.output
    work.cost_micro_usd = bill.cost_micro_usd
    work.baseline_micro_usd = bill.baseline_micro_usd
    work.credits = bill.credits
    work.latency_ms = bill.latency_ms
    work.attempts = bill.attempts
    if completion.last.outcome is Outcome.CONTENT_FILTER:
        work.filtered = {
            "where": completion.last.filtered_where,
            "categories": list(completion.last.filtered_categories),
        }


def status_of(completion: Completion) -> tuple[Status, str]:
    """Return the status that a completion leads to, and the error code when it is a failure."""
    if completion.last.outcome is Outcome.STOPPED:
        return Status.STOPPED, ""
    if completion.answered:
        return Status.DONE, ""
    return Status.FAILED, completion.error_code
