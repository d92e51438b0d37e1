"""Do one step: claim it, ask the models, keep what they answered. The body of a worker's job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import completion, connections, leases
from ai_routing.jobs import Route
from ai_routing.models import Step
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from ai_routing.team import ending, jobs, watching


def work(step_id: UUID) -> list[UUID]:
    """Do the step, unless it has ended or another worker holds it, and return the steps that can begin now.

    Safe to repeat, and to kill at any point: what is not handed out then, the sweep hands out.
    """
    step = claim(step_id, now=timezone.now())
    if step is None:
        return []
    job = jobs.job(step.run, step)
    route = Route.from_json(step.decision)
    desk = Desk(step, Publisher(watching.key(step.run_id)))
    desk.announce("restarted" if step.claim > 1 else Status.WRITING)
    # The connection goes back to the pool: hundreds of steps share a few of them while they wait for models.
    connections.give_back()
    result = completion.run(job, route, sink=desk, stop_requested=leases.Lease(step).stop_requested)
    following: list[UUID] = []
    leases.patiently(lambda: following.extend(ending.end(step, job, route, result, now=timezone.now())))
    return following


def claim(step_id: UUID, *, now: datetime) -> Step | None:
    """Take the lease of a waiting step; return it with its run and user, or None when it is not waiting."""
    with transaction.atomic():
        step: Step | None = leases.take(Step.objects.filter(pk=step_id), now=now)
        if step is None:
            return None
    return Step.objects.select_related("run__user").get(pk=step_id)


@dataclass(slots=True)
class Desk:
    """Where an agent works. Its JSON is nothing to read while it arrives: watchers hear of the step, not of its words."""

    step: Step
    publisher: Publisher

    def token(self, text: str) -> None:
        """Nobody reads half of a JSON object."""

    def restart(self) -> None:
        self.announce("restarted")

    def announce(self, state: str) -> None:
        self.publisher.publish(*watching.step_event(self.step, state))
