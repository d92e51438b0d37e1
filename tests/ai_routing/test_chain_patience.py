"""When asking ends before anybody has answered in full: the deadline, a stop, and silences that are none."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from ai_routing import chain, reading, tokens
from ai_routing.models import LedgerEntry
from ai_routing.prices import Tokens
from tests.ai_routing import sample
from tests.ai_routing.chained import BOTH, STALL_SECONDS, ask
from tests.ai_routing.sample import Page
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = pytest.mark.usefixtures("short_pauses", "provider")

Source = LedgerEntry.UsageSource


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps between tries, which take no time."""
    naps: list[float] = []
    monkeypatch.setattr(chain, "sleep", naps.append)
    return naps


def test_a_pause_beyond_the_deadline_is_not_waited_for(provider: OpenAIServer, slept: list[float]) -> None:
    provider.script(Fault.RATE_LIMITED, provider="azure", retry_after=30, times=None)

    attempts = ask(page=Page(), seconds=20)

    assert slept == []
    assert [(attempt.deployment, str(attempt.outcome)) for attempt in attempts] == [
        (sample.AZURE, "rate_limited"),
        (sample.OPENAI, "completed"),
    ]


def test_when_all_ask_for_more_time_than_there_is_it_ends_at_once(provider: OpenAIServer, slept: list[float]) -> None:
    provider.script(Fault.RATE_LIMITED, retry_after=30, times=None)

    attempts = ask(page=Page(), seconds=20)

    assert slept == []
    assert [str(attempt.outcome) for attempt in attempts] == ["rate_limited", "rate_limited"]


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [({"fault": Fault.HANG}, "timed_out"), ({"text": "word " * 200, "chunk_delay": 0.05}, "completed")],
    ids=["silent", "slow"],
)
def test_past_the_deadline_nobody_else_is_asked_and_what_is_there_is_kept(
    behaviour: dict[str, Any], outcome: str, provider: OpenAIServer
) -> None:
    provider.script(**behaviour, times=None)

    attempts = ask(page=Page(), seconds=1, stall_seconds=5)

    assert len(provider.requests) == 1
    assert [str(attempt.outcome) for attempt in attempts] == [outcome]
    assert attempts[0].is_answer is bool(attempts[0].text) is (outcome == "completed")
    assert attempts[0].finish_reason == ("length" if attempts[0].text else "")


def test_a_stop_in_mid_answer_keeps_the_text_and_counts_its_tokens(provider: OpenAIServer) -> None:
    provider.script(text="word " * 200, chunk_delay=0.02)
    page = Page()

    [attempt] = ask(page=page, stop_requested=lambda: page.pieces >= 3)

    assert str(attempt.outcome) == "stopped"
    assert attempt.is_answer
    assert attempt.text == page.text == "word word word"
    assert attempt.usage_source == Source.COUNTED
    assert attempt.tokens == Tokens(tokens.in_messages(sample.prompt().messages), 0, tokens.in_text("word word word"))
    provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=1)


def test_a_stop_before_the_first_word_is_no_answer_and_nobody_else_is_asked(provider: OpenAIServer) -> None:
    provider.script(Fault.HANG)
    stop_at = monotonic() + 0.1

    [attempt] = ask(page=Page(), stop_requested=lambda: monotonic() > stop_at, stall_seconds=1)

    assert str(attempt.outcome) == "stopped"
    assert not attempt.is_answer
    assert attempt.tokens == Tokens(input=tokens.in_messages(sample.prompt().messages))
    assert len(provider.requests) == 1


def test_a_stop_while_waiting_to_ask_again_is_heard(provider: OpenAIServer, slept: list[float]) -> None:
    provider.script(Fault.RATE_LIMITED, retry_after=1.8, times=None)

    attempts = ask(page=Page(), stop_requested=lambda: len(slept) == 3, seconds=20)

    assert slept == [reading.TICK_SECONDS] * 3
    assert [str(attempt.outcome) for attempt in attempts] == ["rate_limited", "stopped"]
    assert attempts[-1].tokens == Tokens()
    assert not attempts[-1].is_answer
    assert len(provider.requests) == 1


def test_a_stop_after_a_broken_answer_keeps_nothing_of_it(provider: OpenAIServer) -> None:
    provider.script(Fault.CUT_MID_STREAM)
    provider.script(Fault.HANG)
    page = Page()

    attempts = ask(page=page, stop_requested=lambda: page.restarts > 0, stall_seconds=1)

    assert [str(attempt.outcome) for attempt in attempts] == ["interrupted", "stopped"]
    assert attempts[-1].text == page.text == ""
    assert not attempts[-1].is_answer


def test_an_answer_that_comes_whole_may_be_silent_while_it_is_written(provider: OpenAIServer) -> None:
    provider.script(text="Il pleut sur Lyon.", first_byte_delay=0.5)
    caller = replace(sample.caller(stall_seconds=STALL_SECONDS), streamed=False)

    [attempt] = chain.ask(BOTH, sample.prompt(), caller)

    assert (attempt.text, str(attempt.outcome)) == ("Il pleut sur Lyon.", "completed")
