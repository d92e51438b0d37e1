"""Workers that die, messages that get lost: the run goes on, and nothing is paid or begun twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from ai_routing import completion, leases
from ai_routing.jobs import Route
from ai_routing.models import LedgerEntry, Run, Step
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from ai_routing.team import ending, jobs, stages, sweep, tasks, worker
from billing.models import QuotaPeriod
from tests.ai_routing.team import crew
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
STAGES = ["read", "plan", "write", "edit", "check"]


def answered(step: Step):
    """Take a step as far as its worker gets before it writes anything down."""
    held = worker.claim(step.pk, now=step.queued_at)
    assert held is not None
    job, route = jobs.job(held.run, held), Route.from_json(held.decision)
    result = completion.run(job, route, sink=worker.Desk(held, Publisher("dead")), stop_requested=bool)
    return held, job, route, result


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_that_dies_before_it_writes_down_is_followed_by_another(
    start: Callable[..., Run], alice: User, stage: str
) -> None:
    run = crew.work(start(), until=stage)
    first = crew.waiting(run)[0]
    worker.claim(first.pk, now=first.queued_at)

    assert first.pk in sweep.stuck(now=first.queued_at + leases.LEASE + SECOND)

    run = crew.work(run)
    assert run.status == "awaiting_approval"
    assert Step.objects.get(pk=first.pk).claim == 2
    assert LedgerEntry.objects.filter(reference=first.pk, outcome="lost", credits=0).count() == 1
    crew.assert_books_agree(alice)


@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_that_dies_after_it_wrote_down_is_not_paid_again(
    start: Callable[..., Run], alice: User, stage: str
) -> None:
    run = crew.work(start(), until=stage)
    first = crew.waiting(run)[0]
    held = answered(first)
    ending.end(*held, now=timezone.now())
    before = crew.totals(alice)

    # The broker hands the message out again; and the confirmation of the commit got lost.
    assert worker.work(first.pk) == []
    assert ending.end(*held, now=timezone.now()) == []

    assert crew.totals(alice) == before
    assert LedgerEntry.objects.filter(reference=first.pk).count() == 1
    # What follows was stored with the end. Nobody was told of it, so the sweep tells them.
    following = crew.waiting(run)
    assert {step.pk for step in following} <= set(sweep.stuck(now=timezone.now() + leases.PATIENCE + SECOND))
    crew.work(run)
    crew.assert_books_agree(alice)


def test_a_worker_that_comes_back_from_the_dead_changes_nothing(start: Callable[..., Run], alice: User) -> None:
    run = start("performance-review")
    (first,) = crew.waiting(run)
    late = answered(first)
    sweep.stuck(now=first.queued_at + leases.LEASE + SECOND)
    worker.work(first.pk)
    settled = Step.objects.values().get(pk=first.pk)

    assert ending.end(*late, now=timezone.now()) == []

    assert Step.objects.values().get(pk=first.pk) == settled
    assert LedgerEntry.objects.filter(reference=first.pk, outcome="completed").count() == 2
    assert sum(entry.credits for entry in LedgerEntry.objects.filter(reference=first.pk)) == settled["credits"]
    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def test_a_worker_that_lost_its_claim_cannot_end_what_another_one_holds(start: Callable[..., Run], alice: User) -> None:
    run = start("performance-review")
    (first,) = crew.waiting(run)
    late = answered(first)
    sweep.stuck(now=first.queued_at + leases.LEASE + SECOND)
    second = answered(Step.objects.get(pk=first.pk))

    assert ending.end(*late, now=timezone.now()) == []
    assert Step.objects.get(pk=first.pk).status == Status.WRITING
    assert len(ending.end(*second, now=timezone.now())) == 1

    assert Step.objects.get(pk=first.pk).claim == 2
    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def test_an_end_that_breaks_off_leaves_nothing_behind(
    start: Callable[..., Run], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("performance-review")
    (first,) = crew.waiting(run)
    held = answered(first)
    before = crew.totals(alice)
    with monkeypatch.context() as patch:
        patch.setattr(stages, "advance", raising)
        with pytest.raises(OperationalError):
            ending.end(*held, now=timezone.now())
    assert crew.totals(alice) == before
    assert not LedgerEntry.objects.exists()

    assert len(ending.end(*held, now=timezone.now())) == 1

    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def raising(*_arguments, **_named):
    raise OperationalError("the database went away")


def test_after_three_dead_workers_a_step_is_given_up_and_released(start: Callable[..., Run], alice: User) -> None:
    run = start()
    (step,) = crew.waiting(run)
    now = step.queued_at
    for _ in range(leases.MOST_CLAIMS):
        worker.claim(step.pk, now=now)
        now += leases.LEASE + SECOND
        sweep.stuck(now=now)

    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "ai_unavailable")
    assert QuotaPeriod.objects.get().reserved == 0
    assert LedgerEntry.objects.filter(outcome="lost").count() == leases.MOST_CLAIMS


def test_one_of_several_that_is_given_up_does_not_hold_up_the_others(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("First", "Second"))
    run = crew.work(start(), until="write")
    first, second = crew.waiting(run)
    worker.work(first.pk)

    begun = sweep.stuck(now=second.created_at + sweep.OLDEST + SECOND)

    assert begun == [step.pk for step in crew.stage(run, "edit")]
    assert Step.objects.get(pk=second.pk).status == Status.FAILED
    assert crew.work(run).status == "awaiting_approval"
    crew.assert_books_agree(alice)


def test_what_is_fresh_is_left_alone(start: Callable[..., Run]) -> None:
    (step,) = crew.waiting(start())

    assert sweep.stuck(now=step.queued_at + leases.PATIENCE) == []
    worker.claim(step.pk, now=step.queued_at)
    assert sweep.stuck(now=step.queued_at + leases.LEASE) == []


def test_the_sweep_hands_out_what_it_finds(
    start: Callable[..., Run], eager_workers: None, django_capture_on_commit_callbacks
) -> None:
    run = start("performance-review")
    Step.objects.update(queued_at=timezone.now() - leases.PATIENCE - SECOND)

    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_stuck_steps()

    run.refresh_from_db()
    assert run.status == "done"


def test_a_second_worker_finds_nothing_to_claim(start: Callable[..., Run]) -> None:
    (step,) = crew.waiting(start())

    assert worker.claim(step.pk, now=step.queued_at) is not None
    assert worker.claim(step.pk, now=step.queued_at) is None
