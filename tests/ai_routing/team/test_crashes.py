"""Workers that die, messages that get lost: the run goes on, and nothing is paid or begun twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
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
        patch.setattr(completion, "fill", raising)
        with pytest.raises(OperationalError):
            ending.end(*held, now=timezone.now())
    assert crew.totals(alice) == before
    assert not LedgerEntry.objects.exists()

    assert len(ending.end(*held, now=timezone.now())) == 1

    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def broken_off(run: Run, monkeypatch: pytest.MonkeyPatch):
    """Let a worker end the first step of a run, and die before what follows from it is stored."""
    held = answered(crew.waiting(run)[0])
    with monkeypatch.context() as patch:
        patch.setattr(stages, "advance", raising)
        with pytest.raises(OperationalError):
            ending.end(*held, now=timezone.now())
    return held


def test_a_run_whose_worker_died_between_a_step_and_the_next_is_moved_on_once(
    start: Callable[..., Run], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("performance-review")
    broken_off(run, monkeypatch)
    assert [step.status for step in run.steps.all()] == [Status.DONE]

    begun = sweep.stuck(now=timezone.now())

    assert begun == [step.pk for step in crew.waiting(run)]
    assert len(begun) == 1
    assert sweep.stuck(now=timezone.now()) == []
    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def test_a_worker_that_ends_again_what_it_had_ended_moves_the_run_on(
    start: Callable[..., Run], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start("performance-review")
    held = broken_off(run, monkeypatch)

    assert len(ending.end(*held, now=timezone.now())) == 1

    assert LedgerEntry.objects.count() == 1
    assert crew.work(run).status == "done"
    crew.assert_books_agree(alice)


def test_a_run_that_cannot_be_moved_on_does_not_hold_up_the_others(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = start("performance-review"), start("performance-review")
    for run in (first, second):
        broken_off(run, monkeypatch)
    move_on = stages.move_on
    monkeypatch.setattr(stages, "move_on", lambda pk, *, now: raising() if pk == first.pk else move_on(pk, now=now))

    assert sweep.stuck(now=timezone.now()) == [step.pk for step in crew.waiting(second)]


@pytest.mark.parametrize("job", ["give_up", "put_back"])
def test_a_step_that_cannot_be_sorted_out_does_not_hold_up_those_behind_it(
    start: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    (first,), (second,) = (crew.waiting(start("performance-review")) for _ in range(2))
    for step in (first, second):
        worker.claim(step.pk, now=step.queued_at)
    do = getattr(ending, job)
    monkeypatch.setattr(ending, job, lambda pk, *, now: raising() if pk == first.pk else do(pk, now=now))
    if job == "give_up":
        Step.objects.update(claim=leases.MOST_CLAIMS)

    again = sweep.stuck(now=timezone.now() + leases.LEASE + SECOND)

    assert again == ([] if job == "give_up" else [second.pk])
    assert Step.objects.get(pk=first.pk).status == Status.WRITING
    assert Step.objects.get(pk=second.pk).status == (Status.FAILED if job == "give_up" else Status.QUEUED)


@pytest.mark.django_db(transaction=True)
def test_what_follows_a_step_is_worked_out_while_nobodys_quota_is_locked(
    start: Callable[..., Run], provider: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("First", "Second"))
    run = crew.work(start(), until="plan")
    told: list[str] = []

    def tell(name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def told_of(*arguments: Any, **named: Any) -> Any:
            told.append(name if connection.in_atomic_block else f"{name} by itself")
            return do(*arguments, **named)

        return told_of

    for module, name in ((stages, "move_on"), (completion, "route"), (completion, "admit"), (completion, "settle")):
        monkeypatch.setattr(module, name, tell(name, getattr(module, name)))

    crew.work(run, until="write")

    assert told == ["settle", "move_on by itself", "route", "route", "admit", "admit"]


def raising(*_arguments: Any, **_named: Any) -> Any:
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
    step.refresh_from_db()
    # What the calls took is not known: budgets count what was set aside for them.
    assert (step.reservation.state, step.reservation.charged) == ("settled", 0)
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
