"""What a run may take: its own budget, the creator's credits, the plan's share of premium models."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from ai_routing.models.work import Status
from ai_routing.team import stages
from billing import quota
from billing.models import Budget, QuotaPeriod, Reservation
from tests.ai_routing.team import crew
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("budget", range(5, 30, 3))
def test_a_run_never_takes_more_than_its_budget(start: Callable[..., Run], alice: User, budget: int) -> None:
    run = crew.work(start(budget=budget))

    assert run.status in {"failed", "awaiting_approval"}
    assert run.status != "failed" or run.error_code == "budget_exhausted"
    assert crew.assert_books_agree(alice) <= budget


def test_what_was_made_before_the_budget_was_spent_is_kept(start: Callable[..., Run], alice: User) -> None:
    run = crew.work(start(budget=8))

    assert (run.status, run.error_code) == ("failed", "budget_exhausted")
    assert {step.status for step in run.steps.all()} == {Status.DONE}
    assert crew.stage(run, "read")[0].output
    assert crew.proposals(run) == []
    assert crew.assert_books_agree(alice) > 0


def test_a_stage_that_does_not_fit_the_budget_begins_with_none_of_its_steps(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    crew.says(provider, crew.finding("Nothing yet."))
    crew.says(provider, crew.plan("One", "Two", "Three", "Four", "Five"))
    run = crew.work(start(budget=6))

    assert run.error_code == "budget_exhausted"
    assert crew.stage(run, "write") == []
    crew.assert_books_agree(alice)


def test_a_budget_below_the_first_step_starts_nothing(start: Callable[..., Run], alice: User) -> None:
    with pytest.raises(stages.BudgetTooSmall):
        start(budget=1)

    assert not Run.objects.exists()
    assert not Reservation.objects.exists()


def test_without_credits_nothing_starts(start: Callable[..., Run], alice: User) -> None:
    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(credit_limit=1)

    with pytest.raises(quota.QuotaExhausted):
        start()

    assert not Run.objects.exists()


def test_credits_that_run_out_on_the_way_end_the_run_with_what_it_has(start: Callable[..., Run], alice: User) -> None:
    run = crew.work(start(), until="write")
    period = QuotaPeriod.objects.get()
    QuotaPeriod.objects.update(credit_limit=period.used + period.reserved)

    run = crew.work(run)

    assert (run.status, run.error_code) == ("failed", "quota_exhausted")
    assert crew.stage(run, "write")[0].output
    crew.assert_books_agree(alice)


def test_a_run_goes_no_further_once_the_account_may_only_read(start: Callable[..., Run], alice: User) -> None:
    run = crew.work(start(), until="write")
    User.objects.filter(pk=alice.pk).update(read_only_since=timezone.now())

    run = crew.work(run)

    assert (run.status, run.error_code) == ("failed", "read_only")
    assert crew.stage(run, "write")[0].output
    crew.assert_books_agree(alice)


def test_a_plan_without_premium_credits_ends_the_run_before_the_check(
    bob: User, start: Callable[..., Run], provider: OpenAIServer
) -> None:
    run = crew.work(crew.start(bob), until="edit")
    QuotaPeriod.objects.update(premium_limit=0)

    run = crew.work(run)

    assert (run.status, run.error_code) == ("failed", "plan_required")
    # Texts that nobody checked are shown, and not proposed.
    assert crew.stage(run, "edit")[0].output
    assert crew.proposals(run) == []
    crew.assert_books_agree(bob)


@pytest.mark.parametrize(
    ("scope", "code"), [(Budget.Scope.USER, "quota_exhausted"), (Budget.Scope.PLATFORM, "ai_unavailable")]
)
def test_a_spending_limit_ends_the_run(start: Callable[..., Run], alice: User, scope: Budget.Scope, code: str) -> None:
    run = crew.work(start(), until="plan")
    Budget.objects.create(
        scope=scope, user=alice if scope == Budget.Scope.USER else None, period="day", limit_micro_usd=0
    )

    run = crew.work(run)

    assert (run.status, run.error_code) == ("failed", code)
    crew.assert_books_agree(alice)


def test_when_no_model_answers_nothing_is_charged(
    start: Callable[..., Run], alice: User, provider: OpenAIServer
) -> None:
    provider.script(Fault.SERVER_ERROR, times=None)

    run = crew.work(start())

    assert (run.status, run.error_code) == ("failed", "ai_unavailable")
    assert crew.assert_books_agree(alice) == 0


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.HANG_MID_STREAM, Fault.CUT_MID_STREAM, Fault.EMPTY_ANSWER])
def test_a_fault_that_passes_costs_no_step(
    start: Callable[..., Run], alice: User, provider: OpenAIServer, fault: Fault
) -> None:
    provider.script(fault, retry_after=0)

    run = crew.work(start("performance-review"))

    assert run.status == "done"
    crew.assert_books_agree(alice)
