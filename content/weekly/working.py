"""Have a week summed up: hold the work, keep the sentences that the facts bear out. The body of a worker's job."""

from __future__ import annotations

import functools
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import attempts, completion, connections, leases
from ai_routing.jobs import Job, Route
from ai_routing.models.work import Status
from billing import quota
from content.models import WeekSummary
from content.weekly import checking, question


def work(summary_id: UUID) -> None:
    """Do the work, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    summary = claim(summary_id, now=timezone.now())
    if summary is None:
        return
    job, route = question.job(summary), Route.from_json(summary.decision)
    connections.give_back()
    result = completion.run(job, route, sink=attempts.Unread(), stop_requested=leases.Lease(summary).stop_requested)
    leases.patiently(lambda: end(summary, job, route, result, now=timezone.now()))


def claim(summary_id: UUID, *, now: datetime) -> WeekSummary | None:
    """Take the lease of a waiting summary; return it with its user, or None when it is not waiting."""
    with transaction.atomic():
        if leases.take(WeekSummary.objects.filter(pk=summary_id), now=now) is None:
            return None
    return WeekSummary.objects.select_related("user").get(pk=summary_id)


def locked(summary_id: UUID) -> WeekSummary | None:
    """Return the summary with its user, locked; None when the account is gone for good."""
    rows = WeekSummary.objects.select_related("user").select_for_update(of=("self",))
    return rows.filter(pk=summary_id).first()


def end(summary: WeekSummary, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Keep what is borne out, and charge it. A worker that lost its claim changes nothing but the ledger."""
    account: dict[str, Any] = {"reservation_id": summary.reservation_id, "reference": summary.pk, "now": now}
    with transaction.atomic():
        held = locked(summary.pk)
        if held is None:
            completion.settle_late(job, route, result, **account)
        elif held.claim == summary.claim and held.status == Status.WRITING:
            keep(held, job, route, result, now=now)
        elif not leases.was_kept(summary):
            completion.late(job, route, result, **account)


def keep(held: WeekSummary, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Store a locked summary's end, and charge it, unless none of it is borne out."""
    ended = completion.status_of(result)
    if ended[0] == Status.DONE:
        try:
            sentences, held.dropped = checking.read(result.text, question.facts_of(held), held.language)
        except checking.UnusableAnswer:
            ended = Status.FAILED, "bad_answer"
        else:
            held.sentences = [asdict(one) for one in sentences]
    is_unusable = result.answered and not held.sentences
    settled = completion.unusable if is_unusable else completion.settle
    bill = settled(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    leases.finish(held, ended, now=now)
    held.save()


def give_up(summary_id: UUID, *, now: datetime) -> None:
    """Fail a summary that no worker could finish, and close its reservation."""
    with transaction.atomic():
        held = locked(summary_id)
        if held is None or held.ended:
            return
        was_written = held.status == Status.WRITING
        leases.finish(held, (Status.FAILED, "ai_unavailable"), now=now)
        held.save()
        if was_written:
            tell_of_lost_call(held, reservation_id=held.reservation_id, now=now)
        else:
            quota.release(held.reservation_id, now=now)


def put_back(summary_id: UUID, *, now: datetime) -> None:
    """Return a summary whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        held = locked(summary_id)
        if held is not None and leases.is_abandoned(held, now=now):
            leases.requeue(held, now=now)
            tell_of_lost_call(held, now=now)


def tell_of_lost_call(summary: WeekSummary, *, now: datetime, reservation_id: int | None = None) -> None:
    job, route = question.job(summary), Route.from_json(summary.decision)
    completion.lost(job, route, reservation_id=reservation_id, reference=summary.pk, now=now)


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being written, and return what is to be handed out again."""
    rows = WeekSummary.objects.stuck(now=now, queued_before=now - leases.PATIENCE).order_by("queued_at", "pk")
    return leases.sort_out(
        rows[: leases.AT_MOST],
        asked_at=lambda summary: summary.created_at,
        give_up=functools.partial(give_up, now=now),
        put_back=functools.partial(put_back, now=now),
        now=now,
    )
