"""Have a model read a text as well, after it was scheduled: hold the work, keep its verdict, tell the creator.

Nobody waits for it: whoever schedules goes on, and the sweep hands the work out within seconds. A text that turns out
blocked stays scheduled, and is refused when its time comes.
"""

from __future__ import annotations

import functools
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import attempts, completion, connections, leases, routing
from ai_routing.jobs import Job, Route
from ai_routing.models.work import Status
from billing import budgets, quota
from content.models import Judgement, Review
from content.moderation import judging, opinions, telling

logger = logging.getLogger(__name__)


def ask(review: Review, *, now: datetime) -> Judgement | None:
    """Have a model read the review's text, unless one did; None where none will, and then the rules have decided."""
    if review.verdict == Review.Verdict.BLOCKED or review.decision or Judgement.objects.filter(review=review).exists():
        return None
    if not opinions.is_trusted():
        away(review)
        return None
    job = opinions.job(review)
    try:
        route = completion.route(job)
        with transaction.atomic():
            row = Review.objects.select_for_update().get(pk=review.pk)
            if Judgement.objects.filter(review=row).exists():
                return None
            reservation = completion.admit(job, route, now=now)
            judgement = Judgement.objects.create(
                review=row,
                reservation=reservation,
                decision=route.as_json(),
                # As if it had waited: nobody hands it out but the sweep, and the next one shall.
                queued_at=now - leases.PATIENCE,
                created_at=now,
            )
            review.model_state = Review.Model.UNDER_WAY
            review.save(update_fields=["model_state"])
    except (routing.NoDeployment, routing.InvalidRequest, quota.PlanRequired, quota.QuotaExhausted) as error:
        logger.warning("No model reads review %s: %s", review.pk, error)
        away(review)
        return None
    except budgets.BudgetExhausted as error:
        logger.warning("No model reads review %s: %s", review.pk, error)
        away(review)
        return None
    return judgement


def away(review: Review) -> None:
    review.model_state = Review.Model.AWAY
    review.save(update_fields=["model_state"])


def work(judgement_id: UUID) -> None:
    """Do the work, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    judgement = claim(judgement_id, now=timezone.now())
    if judgement is None:
        return
    job, route = opinions.job(judgement.review), Route.from_json(judgement.decision)
    connections.give_back()
    result = completion.run(job, route, sink=attempts.Unread(), stop_requested=leases.Lease(judgement).stop_requested)
    leases.patiently(lambda: end(judgement, job, route, result, now=timezone.now()))


def claim(judgement_id: UUID, *, now: datetime) -> Judgement | None:
    """Take the lease of a waiting judgement; return it with its review, or None when it is not waiting."""
    with transaction.atomic():
        if leases.take(Judgement.objects.filter(pk=judgement_id), now=now) is None:
            return None
    return Judgement.objects.select_related("review__user", "review__content").get(pk=judgement_id)


def locked(judgement_id: UUID) -> Judgement | None:
    """Return the judgement with its review, both locked, the review first; None when the post is gone."""
    review = Review.objects.select_for_update().filter(judgement=judgement_id).first()
    if review is None:
        return None
    return (
        Judgement.objects.select_related("review__user", "review__content")
        .select_for_update(of=("self",))
        .filter(pk=judgement_id)
        .first()
    )


def end(judgement: Judgement, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Keep a model's verdict. A worker that lost its claim changes nothing but the ledger."""
    account: dict[str, Any] = {"reservation_id": judgement.reservation_id, "reference": judgement.pk, "now": now}
    with transaction.atomic():
        held = locked(judgement.pk)
        if held is None:
            completion.settle_late(job, route, result, **account)
        elif held.claim == judgement.claim and held.status == Status.WRITING:
            keep(held, job, route, result, now=now)
        elif not leases.was_kept(judgement):
            completion.late(job, route, result, **account)


def keep(held: Judgement, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Store a locked judgement's end and what it found."""
    ended = completion.status_of(result)
    found = None
    if ended[0] == Status.DONE:
        try:
            found = opinions.read(result.text, held.review, model=result.last.deployment.model)
        except opinions.UnusableAnswer:
            ended = Status.FAILED, "bad_answer"
    settled = completion.settle if found is not None else completion.unusable
    bill = settled(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    leases.finish(held, ended, now=now)
    held.save()
    if found is None:
        away(held.review)
    else:
        believe(held.review, found, now=now)


def believe(review: Review, found: list[judging.Finding], *, now: datetime) -> None:
    """Add a model's findings to a locked review, and tell its creator what they change."""
    before = review.verdict
    review.model_state = Review.Model.JUDGED
    review.save(update_fields=["model_state"])
    by_rules = [one for one in review.findings if one["by"] == judging.RULES]
    judging.update(review, [*by_rules, *found], by="model", now=now)
    if review.verdict != before and not review.decision:
        telling.found(review, now=now)


def give_up(judgement_id: UUID, *, now: datetime) -> None:
    """Fail a judgement that no worker could finish: the rules have decided."""
    with transaction.atomic():
        held = locked(judgement_id)
        if held is None or held.ended:
            return
        was_written = held.status == Status.WRITING
        leases.finish(held, (Status.FAILED, "ai_unavailable"), now=now)
        held.save()
        away(held.review)
        if was_written:
            tell_of_lost_call(held, reservation_id=held.reservation_id, now=now)
        else:
            quota.release(held.reservation_id, now=now)


def put_back(judgement_id: UUID, *, now: datetime) -> None:
    """Return a judgement whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        held = locked(judgement_id)
        if held is not None and leases.is_abandoned(held, now=now):
            leases.requeue(held, now=now)
            tell_of_lost_call(held, now=now)


def tell_of_lost_call(judgement: Judgement, *, now: datetime, reservation_id: int | None = None) -> None:
    completion.lost(
        opinions.job(judgement.review),
        Route.from_json(judgement.decision),
        reservation_id=reservation_id,
        reference=judgement.pk,
        now=now,
    )


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being read, and return what is to be handed out."""
    rows = Judgement.objects.stuck(now=now, queued_before=now - leases.PATIENCE + timedelta(seconds=1)).order_by(
        "queued_at", "pk"
    )
    return leases.sort_out(
        rows[: leases.AT_MOST],
        asked_at=lambda judgement: judgement.created_at,
        give_up=functools.partial(give_up, now=now),
        put_back=functools.partial(put_back, now=now),
        now=now,
    )
