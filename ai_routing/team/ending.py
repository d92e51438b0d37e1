"""Bring a step to its end: answer, charge and ledger in one transaction, and what follows for its run in the next.

What follows takes looking up rows and asking after models, for which nobody's quota is kept locked. A worker that dies
between the two leaves a run without a step under way, which the sweep moves on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ai_routing import cascade, completion, leases
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
        held = leases.held(step).select_for_update().first()
        if held is not None:
            keep(run, held, job, route, result, now=now)
        elif not leases.was_kept(step):
            completion.late(job, route, result, reservation_id=step.reservation_id, reference=step.pk, now=now)
    return stages.move_on(step.run_id, now=now)


def keep(run: Run, held: Step, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Fill in a locked step of a locked run, and charge its answer, unless it cannot be used."""
    ended = answer(run, held, result)
    is_unusable = result.answered and ended[0] == Status.FAILED
    settled = completion.unusable if is_unusable else completion.settle
    bill = settled(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    held.escalated = result.escalated
    held.repairs = repairs(job, result)
    close(run, held, ended, now=now)


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


def repairs(job: Job, result: completion.Completion) -> int:
    """Return how often the answer was shown to its model again; what then goes to a stronger one is no repair."""
    shown = sum(bool(cascade.REPAIRABLE.intersection(attempt.faults)) for attempt in result.attempts[:-1])
    return min(shown, job.repairs)


def close(run: Run, step: Step, ended: Ended, *, now: datetime) -> None:
    """Store a locked step's end."""
    leases.finish(step, ended, now=now)
    step.save()
    watching.tell_on_commit(run.pk, watching.step_event(step, step.status))


def give_up(step_id: UUID, *, now: datetime) -> list[UUID]:
    """Fail a step that no worker could finish, close its reservation, and return what can begin without it."""
    with transaction.atomic():
        run = stages.locked(Step.objects.values("run").get(pk=step_id)["run"])
        step = Step.objects.select_for_update().get(pk=step_id)
        if step.ended:
            return []
        if step.status == Status.WRITING:
            tell_of_lost_call(run, step, reservation_id=step.reservation_id, now=now)
        else:
            quota.release(step.reservation_id, now=now)
        close(run, step, (Status.FAILED, "ai_unavailable"), now=now)
    return stages.move_on(run.pk, now=now)


def put_back(step_id: UUID, *, now: datetime) -> None:
    """Return a step whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        run = stages.locked(Step.objects.values("run").get(pk=step_id)["run"])
        step = Step.objects.select_for_update().get(pk=step_id)
        if leases.is_abandoned(step, now=now):
            leases.requeue(step, now=now)
            tell_of_lost_call(run, step, now=now)


def tell_of_lost_call(run: Run, step: Step, *, now: datetime, reservation_id: int | None = None) -> None:
    """Write to the ledger that a call died with its worker; with a reservation nobody else will make it."""
    job, route = jobs.job(run, step), Route.from_json(step.decision)
    completion.lost(job, route, reservation_id=reservation_id, reference=step.pk, now=now)


def stop_waiting(run: Run, waiting: Sequence[Step], *, now: datetime) -> None:
    """End the locked steps of a locked run that no worker has taken: nothing was called, nothing is charged."""
    for step in waiting:
        quota.release(step.reservation_id, now=now)
        close(run, step, (Status.STOPPED, ""), now=now)
