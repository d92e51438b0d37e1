"""Asking one deployment after the other: what each fault leads to, alone and in pairs."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest

from ai_routing import tokens
from ai_routing.attempts import Attempt
from ai_routing.catalogue import Provider
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from tests.ai_routing import sample
from tests.ai_routing.chained import ask
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Fault, OpenAIServer, refusing_url

pytestmark = pytest.mark.usefixtures("short_pauses", "provider")

Source = LedgerEntry.UsageSource


@dataclass(frozen=True, slots=True)
class Course:
    """What a deployment that always has one fault comes to: an outcome a try, whether others are asked, what is left."""

    outcome: str
    tries: int
    ends: bool = False
    leaves_text: bool = False
    usage: str = "none"


ASKED_AGAIN = 2
COURSES = {
    Fault.BAD_KEY: Course("misconfigured", 1),
    Fault.MODEL_NOT_FOUND: Course("misconfigured", 1),
    Fault.INSUFFICIENT_QUOTA: Course("misconfigured", 1),
    Fault.RATE_LIMITED: Course("rate_limited", ASKED_AGAIN),
    Fault.SERVER_ERROR: Course("unavailable", ASKED_AGAIN),
    Fault.UNAVAILABLE: Course("unavailable", ASKED_AGAIN),
    Fault.CONNECTION_DROPPED: Course("unavailable", ASKED_AGAIN),
    Fault.SLOW_FIRST_BYTE: Course("timed_out", ASKED_AGAIN),
    Fault.HANG: Course("timed_out", ASKED_AGAIN),
    Fault.HANG_MID_STREAM: Course("timed_out", ASKED_AGAIN, leaves_text=True, usage="counted"),
    Fault.CUT_MID_STREAM: Course("interrupted", ASKED_AGAIN, leaves_text=True, usage="counted"),
    Fault.STREAM_ENDS_EARLY: Course("interrupted", ASKED_AGAIN, leaves_text=True, usage="counted"),
    Fault.ERROR_MID_STREAM: Course("interrupted", ASKED_AGAIN, leaves_text=True, usage="counted"),
    Fault.MALFORMED_JSON: Course("malformed", ASKED_AGAIN, leaves_text=True, usage="counted"),
    Fault.EMPTY_ANSWER: Course("malformed", ASKED_AGAIN, usage="provider"),
    Fault.PROMPT_FILTERED: Course("content_filter", 1, ends=True),
    Fault.COMPLETION_FILTERED: Course("content_filter", 1, ends=True, leaves_text=True, usage="counted"),
    Fault.CONTEXT_TOO_LONG: Course("context_too_long", 1, ends=True),
    Fault.MISSING_USAGE: Course("completed", 1, ends=True, leaves_text=True, usage="counted"),
    Fault.NONE: Course("completed", 1, ends=True, leaves_text=True, usage="provider"),
}

# One fault for each way of coming to an end; the others behave like one of these, as the tests of each alone show.
PAIRED = [
    Fault.BAD_KEY,
    Fault.RATE_LIMITED,
    Fault.UNAVAILABLE,
    Fault.HANG,
    Fault.CUT_MID_STREAM,
    Fault.MALFORMED_JSON,
    Fault.EMPTY_ANSWER,
    Fault.COMPLETION_FILTERED,
    Fault.CONTEXT_TOO_LONG,
    Fault.MISSING_USAGE,
]


def assert_agrees(attempts: list[Attempt], page: Page, provider: OpenAIServer) -> None:
    """Hold what the chain tells against what the provider saw."""
    requests = provider.requests
    assert len(attempts) == len(requests)
    for attempt, request in zip(attempts, requests, strict=True):
        assert attempt.deployment.provider == request.provider
        assert attempt.deployment.model == request.model
        assert attempt.text == request.sent_text
        assert attempt.request_id in {"", request.id}
        assert (attempt.first_token_ms is None) is (not attempt.text)
        assert attempt.latency_ms >= (attempt.first_token_ms or 0) >= 0
        if attempt.usage_source == Source.COUNTED:
            counted = Tokens(tokens.in_messages(sample.prompt().messages), 0, tokens.in_text(attempt.text))
            assert attempt.tokens == counted
        if attempt.usage_source == Source.NONE:
            assert attempt.tokens == Tokens()
    # Whoever watches has the words of the last call, and was told of each that was in vain.
    assert page.text == attempts[-1].text
    assert page.seen == [attempt.text for attempt in attempts[:-1] if attempt.text]


def assert_took(attempts: list[Attempt], *courses: Course) -> None:
    assert [str(attempt.outcome) for attempt in attempts] == [
        course.outcome for course in courses for _ in range(course.tries)
    ]
    in_order = [course for course in courses for _ in range(course.tries)]
    for attempt, course in zip(attempts, in_order, strict=True):
        assert bool(attempt.text) is course.leaves_text
        assert attempt.usage_source == course.usage
    assert attempts[-1].is_answer is (courses[-1].outcome == "completed")
    assert not any(attempt.is_answer for attempt in attempts[:-1])


def test_every_fault_of_the_fake_has_its_course() -> None:
    assert set(COURSES) == set(Fault)


@pytest.mark.parametrize("fault", COURSES)
def test_a_deployment_with_a_fault_is_followed_by_a_healthy_one(fault: Fault, provider: OpenAIServer) -> None:
    provider.script(fault, provider="azure", retry_after=0.02, times=None)
    page = Page()

    attempts = ask(page=page)

    course = COURSES[fault]
    assert_took(attempts, *([course] if course.ends else [course, COURSES[Fault.NONE]]))
    assert_agrees(attempts, page, provider)


@pytest.mark.parametrize("fault", [fault for fault, course in COURSES.items() if course.tries == ASKED_AGAIN])
def test_a_fault_that_passes_costs_one_attempt_on_the_same_deployment(fault: Fault, provider: OpenAIServer) -> None:
    provider.script(fault, retry_after=0.02)
    page = Page()

    attempts = ask(page=page)

    assert [attempt.deployment for attempt in attempts] == [sample.AZURE, sample.AZURE]
    assert [str(attempt.outcome) for attempt in attempts] == [COURSES[fault].outcome, "completed"]
    assert_agrees(attempts, page, provider)
    assert page.restarts == int(COURSES[fault].leaves_text)


@pytest.mark.parametrize("second", PAIRED)
@pytest.mark.parametrize("first", PAIRED)
def test_a_fault_on_each_deployment(first: Fault, second: Fault, provider: OpenAIServer) -> None:
    provider.script(first, provider="azure", retry_after=0.02, times=None)
    provider.script(second, provider="openai", retry_after=0.02, times=None)
    page = Page()

    attempts = ask(page=page)

    assert_took(attempts, *([COURSES[first]] if COURSES[first].ends else [COURSES[first], COURSES[second]]))
    assert_agrees(attempts, page, provider)


def test_different_faults_of_one_deployment_in_a_row(provider: OpenAIServer) -> None:
    provider.script(Fault.RATE_LIMITED, retry_after=0.02)
    provider.script(Fault.CUT_MID_STREAM)
    provider.script(Fault.BAD_KEY)
    page = Page()

    attempts = ask(page=page)

    assert [str(attempt.outcome) for attempt in attempts] == ["rate_limited", "interrupted", "misconfigured"]
    assert page.restarts == 1


def test_an_answer_carries_what_the_ledger_wants_to_know(provider: OpenAIServer) -> None:
    provider.script(text="Il pleut sur Lyon.", first_byte_delay=0.1, chunk_delay=0.02)
    page = Page()

    [attempt] = ask(page=page)

    assert attempt.is_answer
    assert attempt.deployment == sample.AZURE
    assert attempt.text == page.text == "Il pleut sur Lyon."
    assert attempt.finish_reason == "stop"
    assert attempt.tokens == Tokens(
        input=tokens.in_messages(sample.prompt().messages), output=tokens.in_text("Il pleut sur Lyon.")
    )
    assert attempt.request_id == provider.requests[0].id
    assert attempt.first_token_ms is not None
    assert 100 <= attempt.first_token_ms <= attempt.latency_ms


def test_the_prompt_is_sent_as_it_was_built(provider: OpenAIServer) -> None:
    prompt = sample.prompt(language="fr", tone="chaleureux")

    ask(page=Page(), prompt=prompt)

    body = provider.requests[0].body
    assert body["messages"] == [{"role": message.role, "content": message.content} for message in prompt.messages]
    assert (body["max_tokens"], body["temperature"]) == (prompt.max_output_tokens, prompt.temperature)


def test_an_answer_cut_at_its_limit_is_an_answer(provider: OpenAIServer) -> None:
    provider.script(text="word " * 400)

    [attempt] = ask(page=Page())

    assert attempt.is_answer
    assert attempt.finish_reason == "length"
    assert attempt.tokens.output == sample.prompt().max_output_tokens


@pytest.mark.parametrize("blank", [" ", "\n\n \t"])
def test_an_answer_of_blanks_is_no_answer(blank: str, provider: OpenAIServer) -> None:
    provider.script(text=blank)

    attempts = ask(page=Page())

    assert [str(attempt.outcome) for attempt in attempts] == ["malformed", "completed"]
    assert attempts[0].usage_source == Source.PROVIDER
    assert attempts[0].tokens.output > 0


@pytest.mark.parametrize(
    ("fault", "where", "categories"),
    [(Fault.PROMPT_FILTERED, "prompt", ("sexual",)), (Fault.COMPLETION_FILTERED, "answer", ())],
)
def test_a_filter_says_what_it_filtered(
    fault: Fault, where: str, categories: tuple[str, ...], provider: OpenAIServer
) -> None:
    provider.script(fault)

    [attempt] = ask(page=Page())

    assert (attempt.filtered_where, attempt.filtered_categories) == (where, categories)
    assert not attempt.is_answer


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.UNAVAILABLE])
def test_the_pause_that_a_provider_asks_for_is_kept(fault: Fault, provider: OpenAIServer) -> None:
    provider.script(fault, retry_after=0.5)

    attempts = ask(page=Page())

    first, second = provider.requests
    assert [str(attempt.outcome) for attempt in attempts] == [COURSES[fault].outcome, "completed"]
    assert (second.received_at - first.received_at).total_seconds() >= 0.5


def test_a_provider_that_cannot_be_reached_is_followed_by_the_next(provider: OpenAIServer, settings: Any) -> None:
    with refusing_url() as url:
        settings.AZURE_OPENAI_ENDPOINT = url
        attempts = ask(page=Page())

    assert [(attempt.deployment.provider, str(attempt.outcome)) for attempt in attempts] == [
        (Provider.AZURE, "unavailable"),
        (Provider.AZURE, "unavailable"),
        (Provider.OPENAI, "completed"),
    ]


def test_a_provider_whose_variables_are_missing_is_followed_by_the_next(provider: OpenAIServer, settings: Any) -> None:
    settings.AZURE_OPENAI_API_KEY = ""

    attempts = ask(page=Page())

    assert [(attempt.deployment.provider, str(attempt.outcome)) for attempt in attempts] == [
        (Provider.AZURE, "misconfigured"),
        (Provider.OPENAI, "completed"),
    ]
    assert attempts[0].tokens == Tokens()


def test_side_by_side_completions_do_not_mix(provider: OpenAIServer) -> None:
    provider.script(Fault.CUT_MID_STREAM, containing="broken", times=5, chunk_delay=0.01)
    pages = [Page() for _ in range(10)]
    ends: dict[int, list[Attempt]] = {}

    def complete(number: int) -> None:
        brief = f"{'broken' if number % 2 else 'whole'} number {number}"
        ends[number] = ask(page=pages[number], prompt=sample.prompt(brief=brief), stall_seconds=5)

    threads = [threading.Thread(target=complete, args=[number]) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for number, attempts in ends.items():
        assert attempts[-1].is_answer
        assert pages[number].text == attempts[-1].text
    assert sum(len(attempts) for attempts in ends.values()) == 15
