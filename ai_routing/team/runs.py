"""Give the AI team an order, and take it back."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from ai_routing.models import Run, Step
from ai_routing.models.work import UNDER_WAY, Status
from ai_routing.team import approval, ending, stages, tasks
from ai_routing.team.workflow import Workflow
from analytics import events
from billing import plans, utc_periods

PAGE: Final = 20
LONGEST_TITLE: Final = 160


class CampaignLimit(Exception):
    """The plan's campaigns of this month have all been begun."""

    def __init__(self, *, limit: int, resets_at: datetime) -> None:
        super().__init__(f"The plan includes {limit} campaigns a month: wait for the next, or choose a larger plan.")
        self.limit = limit
        self.resets_at = resets_at


def start(user: User, workflow: Workflow, brief: dict[str, Any], *, budget_credits: int, now: datetime) -> Run:
    """Store a run with its first steps, and hand them to the workers. `brief` is one that `briefs` has checked.

    Raises CampaignLimit, stages.BudgetTooSmall, and as `stages.begin` does: then nothing is stored.
    """
    with transaction.atomic():
        check_room(user, now=now)
        run = Run.objects.create(
            user=user,
            workflow=workflow.name,
            title=titled(str(brief[workflow.about])),
            brief=brief,
            language=brief["language"],
            budget_credits=budget_credits,
            created_at=now,
        )
        first = stages.begin(run, workflow.stages[0], [], now=now)
        events.record(
            "team.run_started",
            user_id=user.pk,
            data={
                "run_id": str(run.pk),
                "workflow": workflow.name,
                "budget_credits": budget_credits,
                "plan": user.tier,
            },
            now=now,
        )
        transaction.on_commit(functools.partial(tasks.hand_out, [step.pk for step in first]))
    return run


def check_room(user: User, *, now: datetime) -> None:
    """Raise CampaignLimit when the plan's month is full; in the caller's transaction, where no other can be as quick."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    month = utc_periods.month(now)
    limit = plans.get(user.tier).campaigns
    # What came to nothing is not counted, as it is not charged.
    begun = Run.objects.for_user(user).filter(created_at__gte=month.starts_at).exclude(status=Run.Status.FAILED)
    if begun.count() >= limit:
        raise CampaignLimit(limit=limit, resets_at=month.ends_at)


def titled(about: str) -> str:
    line = " ".join(about.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def cancel(run_id: UUID, *, now: datetime) -> None:
    """Stop a run: what waits is dropped, what is under way is stopped, nothing more begins, nothing is carried out.

    What was made stays to be read and is charged. Repeated, or once the run has ended, it changes nothing.
    """
    with transaction.atomic():
        run = stages.locked(run_id)
        if run.ended or run.cancel_requested_at is not None:
            return
        run.cancel_requested_at = now
        run.save(update_fields=["cancel_requested_at"])
        if run.status == Run.Status.AWAITING_APPROVAL:
            approval.reject_rest(run, now=now)
            stages.rest(run, Run.Status.CANCELLED, now=now)
            return
        under_way = list(run.steps.select_for_update().filter(status__in=UNDER_WAY).order_by("pk"))
        ending.stop_waiting(run, [step for step in under_way if step.status == Status.QUEUED], now=now)
        Step.objects.filter(run=run, status=Status.WRITING, stop_requested_at=None).update(stop_requested_at=now)
        stages.advance(run, now=now)


def newest(user: User, *, before: UUID | None = None, limit: int = PAGE) -> list[Run]:
    """Return the user's runs, newest first, that are older than `before`. Ids grow with time."""
    rows = Run.objects.for_user(user).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])
