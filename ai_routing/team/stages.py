"""Move a run on: from one stage to the next when all its steps have ended, and from the last to what it proposes.

It happens under the lock of the run's row: of two steps that end at the same time, the second finds what the first has
done, and whoever moves a run on once more changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from ai_routing import completion
from ai_routing.jobs import Job, Route
from ai_routing.models import Run, Step
from ai_routing.models.work import UNDER_WAY, Status
from ai_routing.routing import InvalidRequest, NoDeployment
from ai_routing.team import inputs, jobs, proposing, watching, workflows
from ai_routing.team.workflow import Stage
from analytics import events
from billing import budgets, quota
from billing.models import Budget


class BudgetTooSmall(Exception):
    """The run's budget does not cover what its next steps can take; `needed` is what they can take, in credits."""

    def __init__(self, *, needed: int, left: int) -> None:
        super().__init__(f"The next steps can take {needed} credits, and {left} of the run's budget are left.")
        self.needed = needed
        self.left = left


Refusal = (
    BudgetTooSmall | quota.QuotaExhausted | quota.PlanRequired | budgets.BudgetExhausted | NoDeployment | InvalidRequest
)
REFUSALS: Final = get_args(Refusal)

UNFINISHED: Final = "ai_unavailable"


def code_of(refusal: Refusal) -> str:
    """Return why the next steps may not begin, as the code that a run ends with."""
    match refusal:
        case BudgetTooSmall():
            return "budget_exhausted"
        case quota.AccountReadOnly():
            return "read_only"
        case quota.PlanRequired():
            return "plan_required"
        case quota.QuotaExhausted():
            return "quota_exhausted"
        case budgets.BudgetExhausted(scope=Budget.Scope.USER):
            return "quota_exhausted"
        case InvalidRequest():
            return "invalid_request"
        case _:
            return "ai_unavailable"


def locked(run_id: UUID) -> Run:
    """Return the run with its user, locked: before its steps, here and everywhere."""
    return Run.objects.select_related("user").select_for_update(of=("self",)).get(pk=run_id)


def move_on(run_id: UUID, *, now: datetime) -> list[UUID]:
    """Begin what a run is ready for, in a transaction of its own, and return its steps. Safe to repeat."""
    with transaction.atomic():
        return [step.pk for step in advance(locked(run_id), now=now)]


def advance(run: Run, *, now: datetime) -> list[Step]:
    """Return the steps that a locked run begins now; none while others are under way, and none when it is at its end."""
    steps = list(run.steps.order_by("pk"))
    if run.status != Run.Status.RUNNING or any(step.status in UNDER_WAY for step in steps):
        return []
    if run.cancel_requested_at is not None:
        rest(run, Run.Status.CANCELLED, now=now)
        return []
    newest = [step for step in steps if step.stage == steps[-1].stage]
    if not any(step.status == Status.DONE for step in newest):
        fail(run, next((step.error_code for step in newest if step.error_code), UNFINISHED), now=now)
        return []
    following = workflows.named(run.workflow).after(newest[0].stage)
    if following is None:
        finish(run, steps, now=now)
        return []
    try:
        return begin(run, following, steps, now=now)
    except REFUSALS as refusal:
        fail(run, code_of(refusal), now=now)
        return []


def begin(run: Run, stage: Stage, steps: Sequence[Step], *, now: datetime) -> list[Step]:
    """Store the steps of a stage with their reservations: all of them, or none.

    Raises BudgetTooSmall, and whatever `completion.route` and `completion.admit` raise.
    """
    left = run.budget_credits - sum(step.credits for step in steps)
    prepared = [
        routed(run, stage, index, title, given, now=now)
        for index, (title, given) in enumerate(inputs.of_stage(run, stage, steps, now=now))
    ]
    # From the first reservation on, the creator's quota and every budget are locked until the caller commits.
    with transaction.atomic():
        made = []
        for step, job, route in prepared:
            step.reservation = completion.admit(job, route, now=now)
            step.save(force_insert=True)
            made.append(step)
        needed = sum(step.reservation.credits for step in made)
        if needed > left:
            raise BudgetTooSmall(needed=needed, left=left)
    watching.tell_on_commit(run.pk, *(watching.step_event(step, Status.QUEUED) for step in made))
    return made


def routed(
    run: Run, stage: Stage, index: int, title: str, given: inputs.Inputs, *, now: datetime
) -> tuple[Step, Job, Route]:
    """Return a step that is not stored yet, with its job and where that goes. Raises as `completion.route` does."""
    step = Step(
        run=run,
        stage=stage.name,
        index=index,
        agent=stage.agent,
        title=title[: inputs.LONGEST_TITLE],
        inputs=given,
        queued_at=now,
        created_at=now,
    )
    job = jobs.job(run, step)
    route = completion.route(job)
    step.decision = route.as_json()
    return step, job, route


def finish(run: Run, steps: Sequence[Step], *, now: datetime) -> None:
    """End a run whose last stage is done: with proposals it waits for the creator, without any it is over."""
    proposals = proposing.of_run(run, steps)
    if not proposals:
        rest(run, Run.Status.DONE, now=now)
        return
    for proposal in proposals:
        proposal.save(force_insert=True)
    run.status = Run.Status.AWAITING_APPROVAL
    run.save(update_fields=["status"])
    watching.tell_on_commit(run.pk, watching.last_event(run))


def fail(run: Run, error_code: str, *, now: datetime) -> None:
    """End a run without proposals. What was made so far stays to be read."""
    run.error_code = error_code
    rest(run, Run.Status.FAILED, now=now)


def rest(run: Run, status: Run.Status, *, now: datetime) -> None:
    run.status = status
    run.finished_at = now
    run.save(update_fields=["status", "error_code", "finished_at"])
    events.record(
        "team.run_finished",
        user_id=run.user_id,
        data={
            "run_id": str(run.pk),
            "workflow": run.workflow,
            "status": str(run.status),
            "error_code": run.error_code,
            "credits": Step.objects.filter(run=run).aggregate(sum=Sum("credits"))["sum"] or 0,
        },
        now=now,
    )
    watching.tell_on_commit(run.pk, watching.last_event(run))
