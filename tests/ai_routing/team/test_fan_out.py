"""Steps side by side: the next stage waits for all, begins once, and goes on without those that failed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ai_routing import completion
from ai_routing.jobs import Route
from ai_routing.models import Run
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from ai_routing.team import ending, jobs, worker
from tests.ai_routing.team import crew
from tests.fakes.openai_server import Fault, OpenAIServer


@pytest.fixture
def three(start: Callable[..., Run], provider: OpenAIServer) -> Run:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("First", "Second", "Third"))
    return crew.work(start(), until="write")


@pytest.mark.django_db
def test_the_next_stage_waits_for_all(three: Run) -> None:
    first, second, third = crew.waiting(three)

    assert worker.work(third.pk) == []
    assert worker.work(first.pk) == []
    begun = worker.work(second.pk)

    assert begun == [step.pk for step in crew.stage(three, "edit")]
    assert len(begun) == 3


@pytest.mark.django_db
def test_the_run_goes_on_without_the_one_that_failed(three: Run, alice: User, provider: OpenAIServer) -> None:
    provider.script(Fault.PROMPT_FILTERED, containing="Second")

    run = crew.work(three)

    assert run.status == "awaiting_approval"
    assert [step.status for step in crew.stage(run, "write")] == [Status.DONE, Status.FAILED, Status.DONE]
    assert crew.stage(run, "write")[1].error_code == "content_blocked"
    assert [(step.index, step.title) for step in crew.stage(run, "edit")] == [(0, "First"), (1, "Third")]
    assert [proposal.step.title for proposal in crew.proposals(run)] == ["First", "Third"]
    crew.assert_books_agree(alice)


@pytest.mark.django_db
def test_when_all_fail_the_run_fails_for_the_reason_of_the_first(
    three: Run, alice: User, provider: OpenAIServer
) -> None:
    provider.script(Fault.PROMPT_FILTERED, times=3)

    run = crew.work(three)

    assert (run.status, run.error_code) == ("failed", "content_blocked")
    assert crew.stage(run, "edit") == []
    crew.assert_books_agree(alice)


@pytest.mark.django_db(transaction=True)
def test_steps_that_end_at_the_same_moment_begin_the_next_stage_once(three: Run, alice: User) -> None:
    answered = []
    for step in crew.waiting(three):
        held = worker.claim(step.pk, now=timezone.now())
        assert held is not None
        job, route = jobs.job(held.run, held), Route.from_json(held.decision)
        result = completion.run(job, route, sink=worker.Desk(held, Publisher("x")), stop_requested=bool)
        answered.append((held, job, route, result))
    begun: list[list[object]] = []
    together = threading.Barrier(3)

    def end(held, job, route, result) -> None:
        together.wait()
        try:
            begun.append(list(ending.end(held, job, route, result, now=timezone.now())))
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=each) for each in answered]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(len(each) for each in begun) == [0, 0, 3]
    assert len(crew.stage(three, "edit")) == 3
    crew.work(three)
    crew.assert_books_agree(alice)
