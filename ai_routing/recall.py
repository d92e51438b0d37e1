"""Give an answer again: ask the caches on behalf of a job, and have them keep what was answered."""

from __future__ import annotations

from datetime import datetime

from ai_routing import catalogue, routing
from ai_routing.attempts import Attempt, Outcome
from ai_routing.caching import store
from ai_routing.caching.embedding import Embedded
from ai_routing.jobs import Job, Route
from ai_routing.models import Cache, LedgerEntry


def question(job: Job, route: Route) -> store.Question | None:
    """Return the job as the caches know it; None when they must not be asked."""
    if not (job.caching.exact or job.caching.semantic):
        return None
    return store.Question(
        user_id=job.user.pk,
        task_type=routing.TaskType(route.task_type),
        tier=catalogue.Tier(route.tier),
        language=route.language,
        prompt=job.prompt,
        text=job.text,
        # Who insists on a model gets no other model's text.
        variable="|".join([job.cache_settings, *map(str, job.pinned)]),
        policy=job.caching,
    )


def served(hit: store.Hit) -> Attempt:
    """Return an answer from the cache as the ledger tells it."""
    return Attempt(
        deployment=catalogue.Deployment(catalogue.Provider(hit.provider), hit.model),
        outcome=Outcome.COMPLETED,
        tokens=hit.tokens,
        usage_source=LedgerEntry.UsageSource.PROVIDER,
        text=hit.text,
        finish_reason=hit.finish_reason,
        cache=Cache(hit.cache),
    )


def keep(
    question: store.Question | None, answer: Attempt, *, text: str, embedded: Embedded | None, now: datetime
) -> None:
    """Have an answer kept, in the caller's transaction: none that was stopped, faulty, or given again itself."""
    if question is None or answer.cache is not Cache.NONE:
        return
    if answer.outcome is not Outcome.COMPLETED or answer.faults:
        return
    store.keep(
        question,
        text=text,
        tokens=answer.tokens,
        deployment=answer.deployment,
        finish_reason=answer.finish_reason,
        embedded=embedded,
        now=now,
    )
