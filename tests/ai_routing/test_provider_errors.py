"""What each failure of a provider becomes: one family of errors, with the request's id and the pause to keep."""

from __future__ import annotations

from typing import Any

import httpx2
import openai as sdk
import pytest

from ai_routing.catalogue import Provider
from ai_routing.providers import contract, failures, openai
from tests.ai_routing import sample
from tests.ai_routing.asking import failure, only_request, read
from tests.fakes.openai_server import Fault, OpenAIServer, refusing_url

pytestmark = pytest.mark.usefixtures("warm")

STALL_SECONDS = 0.4

FAILURES: dict[Fault, type[contract.ProviderFailed]] = {
    Fault.BAD_KEY: contract.Misconfigured,
    Fault.MODEL_NOT_FOUND: contract.Misconfigured,
    Fault.RATE_LIMITED: contract.RateLimited,
    Fault.INSUFFICIENT_QUOTA: contract.Misconfigured,
    Fault.SERVER_ERROR: contract.Unavailable,
    Fault.UNAVAILABLE: contract.Unavailable,
    Fault.PROMPT_FILTERED: contract.ContentFiltered,
    Fault.CONTEXT_TOO_LONG: contract.ContextTooLong,
    Fault.SLOW_FIRST_BYTE: contract.TimedOut,
    Fault.HANG: contract.TimedOut,
    Fault.CONNECTION_DROPPED: contract.Unavailable,
    Fault.HANG_MID_STREAM: contract.TimedOut,
    Fault.CUT_MID_STREAM: contract.Interrupted,
    Fault.STREAM_ENDS_EARLY: contract.Interrupted,
    Fault.ERROR_MID_STREAM: contract.Interrupted,
    Fault.MALFORMED_JSON: contract.Malformed,
    Fault.COMPLETION_FILTERED: contract.ContentFiltered,
}
# Here the provider ends its answer properly; what it is worth is judged by ai_routing.chain.
ANSWERS = {Fault.MISSING_USAGE, Fault.EMPTY_ANSWER, Fault.NONE}

BEFORE_A_BYTE = {Fault.SLOW_FIRST_BYTE, Fault.HANG, Fault.CONNECTION_DROPPED}
MID_ANSWER = {
    Fault.HANG_MID_STREAM,
    Fault.CUT_MID_STREAM,
    Fault.STREAM_ENDS_EARLY,
    Fault.ERROR_MID_STREAM,
    Fault.MALFORMED_JSON,
    Fault.COMPLETION_FILTERED,
}


def test_every_fault_of_the_fake_is_expected_here() -> None:
    assert FAILURES.keys() | ANSWERS == set(Fault)


@pytest.mark.parametrize("fault", FAILURES)
def test_each_fault_becomes_an_error_of_the_contract(
    fault: Fault, chat: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault)

    error, text = failure(chat, sample.call(stall_seconds=STALL_SECONDS))

    request = only_request(provider)
    assert type(error) is FAILURES[fault]
    assert error.request_id == ("" if fault in BEFORE_A_BYTE else request.id)
    assert text == request.sent_text
    assert bool(text) is (fault in MID_ANSWER)
    assert error.retry_after == (1.0 if fault in {Fault.RATE_LIMITED, Fault.UNAVAILABLE} else None)


@pytest.mark.parametrize("fault", sorted(ANSWERS))
def test_a_proper_end_is_no_error_whatever_came_before(
    fault: Fault, chat: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault)

    text, last = read(chat, sample.call())

    assert text == only_request(provider).sent_text
    assert bool(text) is (fault is not Fault.EMPTY_ANSWER)
    assert (last.usage is None) is (fault is Fault.MISSING_USAGE)
    assert last.finish_reason == "stop"


@pytest.mark.parametrize(
    ("kind", "retryable"),
    [
        (contract.Unavailable, True),
        (contract.RateLimited, True),
        (contract.TimedOut, True),
        (contract.Interrupted, True),
        (contract.Malformed, True),
        (contract.Misconfigured, False),
        (contract.ContentFiltered, False),
        (contract.ContextTooLong, False),
    ],
)
def test_only_what_passes_is_worth_asking_again(kind: type[contract.ProviderFailed], retryable: bool) -> None:
    assert kind.retryable is retryable


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.UNAVAILABLE])
def test_the_pause_that_the_provider_asks_for_is_read_to_the_millisecond(
    fault: Fault, chat: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault, retry_after=0.25)

    error, _ = failure(chat, sample.call())

    assert error.retry_after == 0.25


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "6200"}, 6.2),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 20:00:00 GMT"}, 0.0),
        ({"retry-after": ""}, None),
    ],
    ids=str,
)
def test_retry_after_as_it_may_be_written(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.status_error(status(429, headers=headers)).retry_after == seconds


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, contract.Refused),
        (401, contract.Misconfigured),
        (403, contract.Misconfigured),
        (404, contract.Misconfigured),
        (408, contract.Unavailable),
        (409, contract.Unavailable),
        (413, contract.Misconfigured),
        (422, contract.Refused),
        (429, contract.RateLimited),
        (500, contract.Unavailable),
        (502, contract.Unavailable),
        (504, contract.Unavailable),
        (529, contract.Unavailable),
    ],
)
def test_each_status_has_its_error_also_without_a_readable_body(code: int, kind: type[contract.ProviderFailed]) -> None:
    error = failures.status_error(status(code, headers={"x-request-id": "req_7"}))

    assert type(error) is kind
    assert error.request_id == "req_7"


def test_a_filtered_prompt_names_the_categories_where_the_provider_does(provider: OpenAIServer) -> None:
    provider.script(Fault.PROMPT_FILTERED, times=2)

    azure, _ = failure(openai.client(Provider.AZURE), sample.call())
    plain, _ = failure(openai.client(Provider.OPENAI), sample.call())

    assert isinstance(azure, contract.ContentFiltered)
    assert isinstance(plain, contract.ContentFiltered)
    assert (azure.where, azure.categories) == ("prompt", ("sexual",))
    assert (plain.where, plain.categories) == ("prompt", ())


def test_a_filtered_answer_is_told_from_a_filtered_prompt(chat: contract.Client, provider: OpenAIServer) -> None:
    provider.script(Fault.COMPLETION_FILTERED)

    error, _ = failure(chat, sample.call())

    assert isinstance(error, contract.ContentFiltered)
    assert error.where == "answer"


def test_a_provider_that_refuses_connections_is_unavailable(settings: Any) -> None:
    with refusing_url() as url:
        settings.OPENAI_BASE_URL = url
        error, _ = failure(openai.client(Provider.OPENAI), sample.call())

    assert type(error) is contract.Unavailable


def status(code: int, *, headers: dict[str, str] | None = None) -> sdk.APIStatusError:
    """Return an error answer as the SDK raises it when the body is no JSON."""
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    return sdk.APIStatusError("", response=httpx2.Response(code, headers=headers, request=request), body=None)
