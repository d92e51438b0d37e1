"""A run that the creator takes back, at each of its stages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import completion
from ai_routing.models import Run, Step
from ai_routing.models.work import Status
from ai_routing.team import runs, worker
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db

STAGES = ["read", "plan", "write", "edit", "check"]


@pytest.mark.parametrize("stage", STAGES)
def test_what_waits_is_dropped_and_costs_nothing(start: Callable[..., Run], alice: User, stage: str) -> None:
    run = crew.work(start(), until=stage)
    before = crew.totals(alice)["quota"]

    runs.cancel(run.pk, now=timezone.now())

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert run.finished_at
    assert {step.status for step in crew.stage(run, stage)} == {Status.STOPPED}
    assert {step.status for step in run.steps.exclude(stage=stage)} <= {Status.DONE}
    assert crew.assert_books_agree(alice) == before


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_under_way_is_stopped_and_nothing_more_begins(
    start: Callable[..., Run], alice: User, provider: OpenAIServer, stage: str
) -> None:
    run = crew.work(start(), until=stage)
    first, *others = crew.waiting(run)
    held = worker.claim(first.pk, now=timezone.now())
    asked = len(provider.requests)

    runs.cancel(run.pk, now=timezone.now())

    run.refresh_from_db()
    assert run.status == "running"
    assert {Step.objects.get(pk=step.pk).status for step in others} <= {Status.STOPPED}
    assert held is not None
    Step.objects.filter(pk=first.pk).update(status=Status.QUEUED, lease_expires_at=None)
    worker.work(first.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert Step.objects.get(pk=first.pk).status == Status.STOPPED
    assert not crew.waiting(run)
    assert len(provider.requests) == asked
    crew.assert_books_agree(alice)


def test_a_step_that_ends_after_the_cancel_keeps_its_answer_and_begins_nothing(
    start: Callable[..., Run], alice: User, provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = crew.work(start(), until="plan")
    (step,) = crew.waiting(run)
    answered = completion.run

    def cancelled_meanwhile(*arguments, **named):
        result = answered(*arguments, **named)
        runs.cancel(run.pk, now=timezone.now())
        return result

    monkeypatch.setattr(completion, "run", cancelled_meanwhile)

    assert worker.work(step.pk) == []

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert Step.objects.get(pk=step.pk).output
    crew.assert_books_agree(alice)


def test_a_run_that_waits_for_a_yes_takes_it_as_a_no(start: Callable[..., Run], alice: User) -> None:
    run = crew.work(start())

    runs.cancel(run.pk, now=timezone.now())

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert {proposal.state for proposal in crew.proposals(run)} == {"rejected"}
    assert not alice.contents.exists()


def test_twice_or_too_late_it_changes_nothing(start: Callable[..., Run]) -> None:
    run = crew.work(start("performance-review"))
    ended = Run.objects.values().get()

    runs.cancel(run.pk, now=timezone.now())

    assert Run.objects.values().get() == ended
