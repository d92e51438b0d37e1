"""The one door to a model: where a job goes, what is set aside for it, and who is charged for what."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from ai_routing import catalogue, completion, prices, tokens, worst_case
from ai_routing.jobs import Job, Route
from ai_routing.prices import Tokens
from ai_routing.routing import NoDeployment, OutputLength
from analytics.models import Event
from billing import quota
from billing.models import QuotaPeriod, Reservation
from tests.ai_routing import door, sample
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Fault, OpenAIServer

ECONOMY = ("azure:gpt-4o-mini", "openai:gpt-4o-mini")
PREMIUM = ("azure:gpt-4o", "openai:gpt-4o")


def test_a_route_names_the_deployments_the_complexity_and_the_reason(job: Job) -> None:
    route = completion.route(job)

    assert route == Route(
        tier="economy",
        rule="ordinary",
        reason="Complexity 2 of 10, nothing critical: the economy model writes it as well.",
        deployments=ECONOMY,
        complexity=2,
        task_type="marketing_template",
        output_length="short",
        language="en",
        explanation=route.explanation,
        contributions=route.contributions,
        estimated=route.estimated,
    )
    assert "complexity" in route.estimated
    assert route.contributions
    assert all(feature in route.explanation for feature, _ in route.contributions)


def test_a_critical_job_goes_to_the_premium_deployments(critical_job: Job) -> None:
    route = completion.route(critical_job)

    assert (route.tier, route.rule, route.deployments) == ("premium", "critical", PREMIUM)


def test_a_route_is_kept_as_json(job: Job) -> None:
    route = completion.route(job)

    assert Route.from_json(route.as_json()) == route


def test_a_tier_without_a_model_refuses_before_anything_is_set_aside(critical_job: Job, settings: Any) -> None:
    settings.AI_PREMIUM_MODELS = []

    with pytest.raises(NoDeployment, match="HUNTAZE_PREMIUM_MODELS"):
        completion.route(critical_job)
    assert not Reservation.objects.exists()


def test_admission_sets_the_worst_case_aside(job: Job, critical_job: Job, alice: User) -> None:
    economy, premium = completion.route(job), completion.route(critical_job)

    small = completion.admit(job, economy, now=door.NOW)
    large = completion.admit(critical_job, premium, now=door.NOW)

    # At most 1,400 tokens in and 260 out: below a thousandth of a USD on gpt-4o-mini, and on gpt-4o
    # 1,2xx · 2.50 + 260 · 10 is between 5,000 and 6,000 micro-USD.
    assert (small.credits, small.premium) == (1, False)
    assert (large.credits, large.premium) == (6, True)
    assert door.counters(alice) == (0, 7, 0, 6)


def test_admission_is_refused_when_the_worst_case_is_not_covered(critical_job: Job, alice: User) -> None:
    period = quota.current_period(alice, now=door.NOW)
    period.credit_limit = 5
    period.save()

    with pytest.raises(quota.QuotaExhausted) as refused:
        completion.admit(critical_job, completion.route(critical_job), now=door.NOW)

    assert (refused.value.left, refused.value.needed) == (5, 6)
    assert door.counters(alice) == (0, 0, 0, 0)


def test_admission_is_refused_when_the_share_of_premium_models_is_used_up(critical_job: Job, alice: User) -> None:
    period = quota.current_period(alice, now=door.NOW)
    period.premium_limit = 5
    period.save()

    with pytest.raises(quota.PlanRequired):
        completion.admit(critical_job, completion.route(critical_job), now=door.NOW)


LONGEST_BRIEF = 4_000
ROUTES = st.sampled_from(
    [("azure:gpt-4o-mini",), ("openai:gpt-4o",), ECONOMY, PREMIUM, ("openai:gpt-4o-mini", "azure:gpt-4o")]
)


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    brief=st.text(st.characters(codec="utf-8"), max_size=400).flatmap(
        lambda text: st.integers(0, LONGEST_BRIEF // max(1, len(text))).map(lambda times: text * times)
    ),
    length=st.sampled_from(OutputLength),
    language=st.sampled_from(["en", "fr"]),
    names=ROUTES,
    used=st.data(),
)
def test_the_worst_case_covers_whatever_an_answer_can_cost(
    brief: str, length: OutputLength, language: str, names: tuple[str, ...], used: st.DataObject
) -> None:
    prompt = sample.prompt(brief=brief, length=length, language=language)
    route = Route(tier="any", rule="any", reason="any", deployments=names, complexity=5)
    whole = tokens.in_messages(prompt.messages)
    usage = Tokens(
        input=whole,
        cached=used.draw(st.integers(0, whole), label="cached"),
        output=used.draw(st.integers(0, prompt.max_output_tokens), label="output"),
    )

    most = worst_case.credits(prompt, route, now=door.NOW)

    for name in names:
        price = prices.of(catalogue.parse(name), on=door.NOW.date())
        assert price is not None
        assert prices.credits(price.cost(usage)) <= most


def test_the_worst_case_is_the_dearest_deployment_s(settings: Any) -> None:
    settings.AI_PRICE_OVERRIDES = {"dear": {"input": "100", "cached": "50", "output": "100"}}
    prompt = sample.prompt()
    most = tokens.in_messages(prompt.messages) + prompt.max_output_tokens

    route = Route(tier="any", rule="any", reason="any", deployments=("openai:gpt-4o-mini", "openai:dear"), complexity=5)

    assert worst_case.credits(prompt, route, now=door.NOW) == -(-most * 100 // 1_000)


@pytest.mark.parametrize("length", OutputLength)
@pytest.mark.parametrize("critical", [False, True], ids=["economy", "premium"])
def test_an_answer_as_long_as_allowed_is_charged_in_full_within_what_was_set_aside(
    length: OutputLength, critical: bool, alice: User, provider: OpenAIServer
) -> None:
    provider.script(text="mot " * 2_000)
    tail = sample.tail(length=length, brief="Un café à l'aube. " * 200)
    job = sample.job(alice, tail, critical=critical)

    done, bill = door.through(job)

    reserved = Reservation.objects.get().credits
    assert done.last.finish_reason == "length"
    assert done.last.tokens.output == job.prompt.max_output_tokens
    assert bill.cost_micro_usd is not None
    assert bill.credits == prices.credits(bill.cost_micro_usd) == reserved


@pytest.fixture
def dear(settings: Any) -> None:
    """Prices at which every call costs several credits, so that a charge is told from the least one."""
    settings.AI_PRICE_OVERRIDES = {"gpt-4o-mini": {"input": "10", "cached": "1", "output": "100"}}


@pytest.mark.usefixtures("dear")
def test_an_answer_is_charged_and_the_rest_of_the_reservation_is_given_back(job: Job, alice: User) -> None:
    done, bill = door.through(job)

    usage = done.last.tokens
    cost = Decimal(usage.input * 10 + usage.output * 100)
    assert bill.cost_micro_usd == cost
    assert bill.credits == prices.credits(cost) > 10
    reservation = Reservation.objects.get()
    assert (reservation.state, reservation.charged) == ("settled", bill.credits)
    assert reservation.charged < reservation.credits
    assert door.counters(alice) == (bill.credits, 0, 0, 0)


@pytest.mark.usefixtures("dear")
def test_a_stopped_text_is_charged_by_our_own_count(job: Job, alice: User, provider: OpenAIServer) -> None:
    provider.script(text="word " * 200, chunk_delay=0.01)
    page = Page()

    done, bill = door.through(job, page=page, stop_requested=lambda: page.pieces >= 5)

    cost = tokens.in_messages(job.prompt.messages) * 10 + tokens.in_text(done.text) * 100
    assert done.text == "word word word word word"
    assert bill.cost_micro_usd == cost
    assert door.counters(alice) == (prices.credits(Decimal(cost)), 0, 0, 0)
    [entry] = door.rows()
    assert (entry.outcome, entry.usage_source) == ("stopped", "counted")


@pytest.mark.usefixtures("dear")
@pytest.mark.parametrize(
    ("fault", "outcomes"),
    [
        (Fault.SERVER_ERROR, ["unavailable"] * 4),
        (Fault.BAD_KEY, ["misconfigured"] * 2),
        (Fault.CUT_MID_STREAM, ["interrupted"] * 4),
        (Fault.EMPTY_ANSWER, ["malformed"] * 4),
        (Fault.PROMPT_FILTERED, ["content_filter"]),
        (Fault.COMPLETION_FILTERED, ["content_filter"]),
        (Fault.CONTEXT_TOO_LONG, ["context_too_long"]),
    ],
)
def test_without_an_answer_nobody_is_charged_whatever_it_cost_us(
    fault: Fault, outcomes: list[str], job: Job, alice: User, provider: OpenAIServer
) -> None:
    provider.script(fault, times=None)

    done, bill = door.through(job)

    assert (done.answered, done.text) == (False, "")
    assert bill.credits == 0
    reservation = Reservation.objects.get()
    # What was spent in vain is ours: budgets hear of it, the creator's credits do not.
    assert reservation.state == ("settled" if bill.cost_micro_usd else "released")
    assert (reservation.charged, reservation.charged_micro_usd or 0) == (0, bill.cost_micro_usd)
    assert door.counters(alice) == (0, 0, 0, 0)
    entries = door.rows()
    assert [entry.outcome for entry in entries] == outcomes
    assert {entry.credits for entry in entries} == {0}
    assert bill.cost_micro_usd == sum(entry.cost_micro_usd or 0 for entry in entries)
    assert door.event_data()["credits"] == 0


def test_a_stop_before_the_first_word_is_not_charged(job: Job, alice: User, provider: OpenAIServer) -> None:
    provider.script(Fault.HANG)

    done, bill = door.through(job, stop_requested=lambda: True)

    assert (done.answered, bill.credits) == (False, 0)
    assert door.counters(alice) == (0, 0, 0, 0)
    [entry] = door.rows()
    assert entry.outcome == "stopped"
    assert entry.cost_micro_usd is not None
    assert entry.cost_micro_usd > 0


@pytest.mark.usefixtures("dear")
def test_only_the_answer_is_charged_and_not_the_calls_that_failed_before_it(
    job: Job, alice: User, provider: OpenAIServer
) -> None:
    provider.script(Fault.CUT_MID_STREAM, after_chunks=10)

    done, bill = door.through(job)

    failed, answer = door.rows()
    assert (failed.outcome, answer.outcome) == ("interrupted", "completed")
    assert failed.cost_micro_usd is not None
    assert answer.cost_micro_usd is not None
    assert failed.cost_micro_usd > 10_000
    assert bill.cost_micro_usd == failed.cost_micro_usd + answer.cost_micro_usd
    assert bill.credits == prices.credits(answer.cost_micro_usd) == door.counters(alice)[0]
    assert (failed.credits, answer.credits) == (0, bill.credits)
    assert done.text == provider.requests[-1].sent_text.strip()


def test_premium_work_is_charged_to_the_share_of_premium_models(critical_job: Job, alice: User) -> None:
    _, bill = door.through(critical_job)

    assert door.counters(alice) == (bill.credits, 0, bill.credits, 0)


def test_a_settlement_that_fails_half_way_leaves_nothing_behind(job: Job, alice: User) -> None:
    route = completion.route(job)
    reservation = completion.admit(job, route, now=door.NOW)
    done = completion.run(job, route, sink=Page(), stop_requested=sample.never)

    class DiskFull(Exception):
        """What the caller's own row may run into."""

    def save_too_late() -> None:
        with transaction.atomic():
            completion.settle(job, route, done, reservation_id=reservation.pk, reference=uuid4(), now=door.NOW)
            raise DiskFull

    with pytest.raises(DiskFull):
        save_too_late()

    assert door.rows() == []
    assert not Event.objects.filter(event="ai.completion").exists()
    assert door.counters(alice) == (0, reservation.credits, 0, 0)


def test_a_late_worker_s_call_is_told_and_not_charged(job: Job, alice: User) -> None:
    route = completion.route(job)
    done = completion.run(job, route, sink=Page(), stop_requested=sample.never)

    bill = completion.account_for(job, route, done, credits=0, reference=uuid4(), now=door.NOW)

    [entry] = door.rows()
    assert (entry.outcome, entry.credits, bill.credits) == ("completed", 0, 0)
    assert entry.cost_micro_usd == bill.cost_micro_usd
    assert not QuotaPeriod.objects.filter(user=alice).exists()
