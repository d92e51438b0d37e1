"""Bring a step to its end: answer, charge, ledger and the next steps in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ai_routing import completion
from ai_routing.jobs import Job, Route
from ai_routing.models import Run, Step
from ai_routing.models.ledger import LedgerEntry
from ai_routing.models.work import Status
from ai_routing.team import citations, jobs, outputs, stages, watching, workflows
from billing import quota

Ended = tuple[Status, str]


def end(step: Step, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> list[UUID]:
    """Keep what an agent answered, charge it, and return the steps that can begin now.

    A worker that lost its claim changes nothing but the ledger, which says that the call was made and charged nobody.
    """
    with transaction.atomic():
        run = stages.locked(step.run_id)
        held = Step.objects.select_for_update().filter(pk=step.pk, claim=step.claim, status=Status.WRITING).first()
        if held is None:
            return account_for_late(step, job, route, result, now=now)
        bill = completion.settle(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
        completion.fill(held, result, bill)
        held.escalated = result.escalated
        held.repairs = sum(bool(attempt.faults) for attempt in result.attempts)
        return close(run, held, answer(run, held, result), now=now)


def answer(run: Run, held: Step, result: completion.Completion) -> Ended:
    """Fill in what is kept of an answer, and return how the step ends by it."""
    status, error_code = completion.status_of(result)
    if status == Status.FAILED and result.last.outcome == LedgerEntry.Outcome.REJECTED:
        return Status.FAILED, "bad_answer"
    if status != Status.DONE:
        return status, error_code
    stage = workflows.named(run.workflow).stage(held.stage)
    try:
        held.output = outputs.read(result.text, run, stage, given=held.inputs["given"])
    except outputs.UnusableAnswer:
        return Status.FAILED, "bad_answer"
    held.sources = citations.of(held.output)
    return Status.DONE, ""


def account_for_late(step: Step, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> list[UUID]:
    """Tell the ledger of a call whose answer came too late to be kept, and return what may wait to be begun.

    When the step ended under this very claim, the answer was kept: the commit had succeeded, and only its confirmation
    got lost on the way. Then there is nothing to add, and the sweep hands out what follows.
    """
    kept = Step.objects.filter(pk=step.pk, claim=step.claim, attempts__gt=0).exclude(finished_at=None)
    if not kept.exists():
        completion.account_for(job, route, result, credits=0, reference=step.pk, now=now)
    return []


def close(run: Run, step: Step, ended: Ended, *, now: datetime) -> list[UUID]:
    """Store a locked step's end, and what follows for its locked run; return the steps that can begin."""
    step.status, step.error_code = ended
    step.finished_at = now
    step.lease_expires_at = None
    step.save()
    watching.tell_on_commit(run.pk, watching.step_event(step, step.status))
    return [following.pk for following in stages.advance(run, now=now)]


def give_up(step_id: UUID, *, now: datetime) -> list[UUID]:
    """Fail a step that no worker could finish, release its quota, and return the steps that can begin without it."""
    with transaction.atomic():
        run = stages.locked(Step.objects.values("run").get(pk=step_id)["run"])
        step = Step.objects.select_for_update().get(pk=step_id)
        if step.ended:
            return []
        if step.status == Status.WRITING:
            tell_of_lost_call(run, step, now=now)
        quota.release(step.reservation_id, now=now)
        return close(run, step, (Status.FAILED, "ai_unavailable"), now=now)


def put_back(step_id: UUID, *, now: datetime) -> None:
    """Return a step whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        run = stages.locked(Step.objects.values("run").get(pk=step_id)["run"])
        step = Step.objects.select_for_update().get(pk=step_id)
        if step.status != Status.WRITING or step.lease_expires_at is None or step.lease_expires_at > now:
            return
        step.status = Status.QUEUED
        step.queued_at = now
        step.lease_expires_at = None
        step.save(update_fields=["status", "queued_at", "lease_expires_at"])
        tell_of_lost_call(run, step, now=now)


def tell_of_lost_call(run: Run, step: Step, *, now: datetime) -> None:
    route = Route.from_json(step.decision)
    completion.lost(jobs.job(run, step), route, reference=step.pk, now=now)


def stop_waiting(run: Run, waiting: Sequence[Step], *, now: datetime) -> None:
    """End the locked steps of a locked run that no worker has taken: nothing was called, nothing is charged."""
    for step in waiting:
        quota.release(step.reservation_id, now=now)
        step.status = Status.STOPPED
        step.finished_at = now
        step.save(update_fields=["status", "finished_at"])
        watching.tell_on_commit(run.pk, watching.step_event(step, step.status))
