"""A draft that fails its checks is escalated once, both calls are told, and the creator pays for one at most."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing import completion, drafts, overrides
from ai_routing.jobs import Job
from ai_routing.models import LedgerEntry, RoutingOverride
from ai_routing.routing import OutputLength
from billing.models import Reservation
from tests.ai_routing import door, sample
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Defect, Fault, OpenAIServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider", "short_pauses")]

ECONOMY = "gpt-4o-mini"
PREMIUM = "gpt-4o"
EXPECTED = drafts.Expectations(
    language="en", output_length=OutputLength.SHORT, platform="instagram", never_say=("umbrella",), protected=""
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "score": {"type": "integer"}},
    "required": ["title", "score"],
    "additionalProperties": False,
}


@pytest.fixture
def checked(alice: User) -> Job:
    return sample.job(alice, expectations=EXPECTED)


@pytest.fixture
def structured(alice: User) -> Job:
    job = sample.job(alice, repairs=1)
    return replace(
        job,
        prompt=replace(job.prompt, response_schema=SCHEMA),
        expectations=replace(EXPECTED, response_schema=SCHEMA),
    )


def kinds() -> list[tuple[str, str, str]]:
    return [(row.kind, row.outcome, row.model) for row in door.rows()]


def test_a_good_draft_is_the_answer_and_nobody_else_is_asked(checked: Job, provider: OpenAIServer) -> None:
    done, bill = door.through(checked)

    assert kinds() == [("call", "completed", ECONOMY)]
    assert (done.escalated, bill.escalated) == (False, False)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("defect", "fault"),
    [
        (Defect.WRONG_LANGUAGE, "language"),
        (Defect.REFUSAL, "refusal"),
        (Defect.REPETITION, "repetition"),
        (Defect.TOO_LONG, "too_long"),
    ],
)
def test_a_poor_draft_is_taken_back_and_the_premium_model_asked_once(
    defect: Defect, fault: str, checked: Job, alice: User, provider: OpenAIServer
) -> None:
    provider.script(defect=defect, model=ECONOMY)
    page = Page()

    done, bill = door.through(checked, page=page)

    draft, answer = door.rows()
    assert kinds() == [("draft", "completed", ECONOMY), ("call", "completed", PREMIUM)]
    assert fault in draft.faults
    assert answer.faults == []
    assert (done.escalated, page.restarts, page.text) == (True, 1, answer_text(provider))
    assert bill.model == PREMIUM
    # Both calls are ours to tell; the baseline asks GPT-4o once.
    assert bill.cost_micro_usd == (draft.cost_micro_usd or 0) + (answer.cost_micro_usd or 0)
    assert draft.baseline_micro_usd == 0
    assert bill.baseline_micro_usd == answer.baseline_micro_usd
    assert bill.baseline_micro_usd is not None
    assert bill.cost_micro_usd > bill.baseline_micro_usd
    # An escalation is on us.
    reservation = Reservation.objects.get()
    assert bill.credits <= reservation.credits == 1
    assert door.counters(alice) == (bill.credits, 0, 0, 0)
    assert reservation.charged_micro_usd == bill.cost_micro_usd


def answer_text(provider: OpenAIServer) -> str:
    return provider.requests[-1].sent_text


def test_a_word_that_must_never_be_said_is_never_shown(checked: Job, alice: User, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.CONTAINS, word="umbrella", times=None)

    done, bill = door.through(checked)

    assert kinds() == [("draft", "completed", ECONOMY), ("call", "rejected", PREMIUM)]
    assert (done.answered, done.text, done.error_code) == (False, "", "ai_unavailable")
    assert bill.credits == 0
    assert door.counters(alice) == (0, 0, 0, 0)


def test_where_nobody_is_stronger_only_what_may_not_be_shown_is_asked_again(
    alice: User, provider: OpenAIServer
) -> None:
    job = sample.job(alice, critical=True, expectations=EXPECTED)
    provider.script(defect=Defect.CONTAINS, word="umbrella")
    done, _ = door.through(job)
    assert kinds() == [("draft", "completed", PREMIUM), ("call", "completed", PREMIUM)]
    assert (done.answered, done.escalated) == (True, False)

    provider.script(defect=Defect.REFUSAL)
    door.through(job)
    assert kinds()[2:] == [("call", "completed", PREMIUM)]
    assert door.rows()[2].faults == ["refusal"]


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.BAD_KEY, Fault.PROMPT_FILTERED, Fault.CUT_MID_STREAM])
def test_a_flawed_text_is_better_than_none(fault: Fault, checked: Job, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.TOO_LONG, model=ECONOMY)
    provider.script(fault, model=PREMIUM, times=None)
    page = Page()

    done, bill = door.through(checked, page=page)

    assert done.answered
    assert done.last.deployment.model == bill.model == ECONOMY
    assert page.text.strip() == done.text
    assert door.rows()[0].kind == LedgerEntry.Kind.CALL
    assert door.rows()[0].is_answer
    assert bill.credits == 1


def test_a_draft_that_may_not_be_shown_is_not_kept_when_the_premium_model_fails(
    checked: Job, alice: User, provider: OpenAIServer
) -> None:
    provider.script(defect=Defect.CONTAINS, word="umbrella", model=ECONOMY)
    provider.script(Fault.SERVER_ERROR, model=PREMIUM, times=None)

    done, bill = door.through(checked)

    assert (done.answered, done.error_code, bill.credits) == (False, "ai_unavailable", 0)
    assert door.rows()[0].kind == LedgerEntry.Kind.DRAFT
    assert door.counters(alice) == (0, 0, 0, 0)


def test_a_stop_while_the_premium_model_writes_keeps_what_it_wrote(checked: Job, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.REFUSAL, model=ECONOMY)
    provider.script(text="word " * 200, chunk_delay=0.02, model=PREMIUM)
    page = Page()

    done, _ = door.through(checked, page=page, stop_requested=lambda: page.restarts > 0 and page.pieces > 25)

    assert [row.outcome for row in door.rows()] == ["completed", "stopped"]
    assert done.answered == bool(done.text)


def test_operators_can_turn_the_checks_of_a_task_off(checked: Job, operator: User, provider: OpenAIServer) -> None:
    RoutingOverride.objects.create(
        task_type="marketing_template", cascade=False, note="too dear", created_by=operator, created_at=timezone.now()
    )
    overrides.forget()
    provider.script(defect=Defect.REFUSAL, model=ECONOMY)

    door.through(checked)

    # What is wrong is still told.
    assert [(row.model, row.faults) for row in door.rows()] == [(ECONOMY, ["refusal"])]


def test_an_object_of_the_wrong_form_is_repaired_once(structured: Job, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.SCHEMA_VIOLATION, model=ECONOMY)

    done, _ = door.through(structured)

    assert kinds() == [("draft", "completed", ECONOMY), ("call", "completed", ECONOMY)]
    assert set(json.loads(done.text)) == {"title", "score"}
    told = provider.requests[1].body["messages"]
    assert [message["role"] for message in told[-2:]] == ["assistant", "user"]
    assert told[-2]["content"] == provider.requests[0].sent_text
    assert not done.escalated


def test_an_object_that_cannot_be_repaired_is_escalated_then_given_up(structured: Job, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.SCHEMA_VIOLATION, model=ECONOMY, times=None)
    done, _ = door.through(structured)
    assert kinds() == [
        ("draft", "completed", ECONOMY),
        ("draft", "completed", ECONOMY),
        ("call", "completed", PREMIUM),
    ]
    assert done.escalated

    provider.script(defect=Defect.SCHEMA_VIOLATION, model=PREMIUM, times=None)
    done, bill = door.through(structured)
    assert [row.outcome for row in door.rows()][3:] == ["completed", "completed", "rejected"]
    assert (done.answered, bill.credits) == (False, 0)


def test_the_worst_case_of_an_escalation_is_set_aside_in_money_and_not_in_credits(checked: Job) -> None:
    plain = completion.admit(
        replace(checked, expectations=None), completion.route(replace(checked, expectations=None)), now=door.NOW
    )
    with_escalation = completion.admit(checked, completion.route(checked), now=door.NOW)

    assert with_escalation.credits == plain.credits
    assert with_escalation.cost_micro_usd > 10 * plain.cost_micro_usd


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.CUT_MID_STREAM, Fault.RATE_LIMITED])
def test_a_repair_that_fails_is_escalated_too(fault: Fault, structured: Job, provider: OpenAIServer) -> None:
    provider.script(defect=Defect.SCHEMA_VIOLATION, model=ECONOMY)
    provider.script(fault, model=ECONOMY, times=None, retry_after=0.01)

    done, _ = door.through(structured)

    assert done.escalated
    assert set(json.loads(done.text)) == {"title", "score"}
    assert done.last.deployment.model == PREMIUM


def test_an_escalation_takes_no_more_credits_than_the_draft_would_have(
    alice: User, provider: OpenAIServer, settings: Any
) -> None:
    settings.AI_PRICE_OVERRIDES = {
        ECONOMY: {"input": "0.1", "cached": "0.1", "output": "10"},
        PREMIUM: {"input": "100", "cached": "100", "output": "100"},
    }
    job = sample.job(
        alice, sample.tail(length=OutputLength.LONG), expectations=replace(EXPECTED, output_length=OutputLength.LONG)
    )
    provider.script(defect=Defect.REFUSAL, model=ECONOMY)

    done, bill = door.through(job)

    assert done.escalated
    assert Reservation.objects.get().credits > 1
    assert bill.credits == 1
