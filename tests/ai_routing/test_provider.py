"""Azure OpenAI, OpenAI and compatible servers, over HTTP: what is sent, what is read, and what each failure becomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import openai as sdk
import pytest
from django.core.exceptions import ImproperlyConfigured
from openai.types import CompletionUsage

from ai_routing import tokens
from ai_routing.catalogue import Provider
from ai_routing.prices import Tokens
from ai_routing.providers import contract, openai
from tests.ai_routing import sample
from tests.fakes.openai_server import Fault, OpenAIServer, RecordedRequest, refusing_url

STALL_SECONDS = 0.4
PROTOCOLS = [Provider.OPENAI, Provider.AZURE]

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


@pytest.fixture(params=PROTOCOLS)
def client(request: pytest.FixtureRequest, provider: OpenAIServer) -> contract.Client:
    return openai.client(request.param)


@pytest.fixture
def openai_itself(provider: OpenAIServer) -> Iterator[contract.Client]:
    """The client that is used when no other base URL is set, talking to the fake all the same."""
    with sdk.OpenAI(base_url=provider.url, api_key=provider.api_key, max_retries=0) as connection:
        yield openai.ChatCompletions(connection, is_openai=True)


def only_request(provider: OpenAIServer) -> RecordedRequest:
    [request] = provider.requests
    return request


def read(client: contract.Client, call: contract.Call) -> tuple[str, contract.Delta]:
    """Return the whole text and the last piece of an answer."""
    pieces = list(client.stream(call))
    return "".join(piece.text for piece in pieces), pieces[-1]


def failure(client: contract.Client, call: contract.Call) -> tuple[contract.ProviderFailed, str]:
    """Return how a call fails, and the text that came before."""
    text = ""
    try:
        for piece in client.stream(call):
            text += piece.text
    except contract.ProviderFailed as error:
        return error, text
    pytest.fail("The provider did not fail")


def test_every_fault_of_the_fake_is_expected_here() -> None:
    assert FAILURES.keys() | ANSWERS == set(Fault)


def test_an_answer_arrives_in_pieces_with_its_end_its_usage_and_its_id(
    client: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(text="Il pleut sur Lyon.\n\nEt alors ? ☔")
    call = sample.call("Sunday")

    pieces = list(client.stream(call))

    assert "".join(piece.text for piece in pieces) == "Il pleut sur Lyon.\n\nEt alors ? ☔"
    assert sum(bool(piece.text) for piece in pieces) == 8
    assert pieces[-1].finish_reason == "stop"
    assert pieces[-1].usage == Tokens(
        input=tokens.in_messages(call.messages), output=tokens.in_text("Il pleut sur Lyon.\n\nEt alors ? ☔")
    )
    assert {piece.request_id for piece in pieces} == {only_request(provider).id}


def test_an_answer_that_reaches_its_limit_says_so(client: contract.Client) -> None:
    text, last = read(client, sample.call("Sunday in Lyon with coffee", max_output_tokens=5))

    assert last.finish_reason == "length"
    assert last.usage is not None
    assert last.usage.output == tokens.in_text(text) == 5


@pytest.mark.parametrize("fault", FAILURES)
def test_each_fault_becomes_an_error_of_the_contract(
    fault: Fault, client: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault)

    error, text = failure(client, sample.call(stall_seconds=STALL_SECONDS))

    request = only_request(provider)
    assert type(error) is FAILURES[fault]
    assert error.request_id == ("" if fault in BEFORE_A_BYTE else request.id)
    assert text == request.sent_text
    assert bool(text) is (fault in MID_ANSWER)
    assert error.retry_after == (1.0 if fault in {Fault.RATE_LIMITED, Fault.UNAVAILABLE} else None)


@pytest.mark.parametrize("fault", sorted(ANSWERS))
def test_a_proper_end_is_no_error_whatever_came_before(
    fault: Fault, client: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault)

    text, last = read(client, sample.call())

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
    fault: Fault, client: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(fault, retry_after=0.25)

    error, _ = failure(client, sample.call())

    assert error.retry_after == 0.25


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "7", "retry-after-ms": "6200"}, 6.2),
        ({"retry-after": "7", "retry-after-ms": "soon"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 20:00:00 GMT"}, None),
        ({"retry-after": ""}, None),
    ],
    ids=str,
)
def test_retry_after_as_it_may_be_written(headers: dict[str, str], seconds: float | None) -> None:
    assert openai.status_error(status(429, headers=headers)).retry_after == seconds


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, contract.Misconfigured),
        (401, contract.Misconfigured),
        (403, contract.Misconfigured),
        (404, contract.Misconfigured),
        (408, contract.Unavailable),
        (409, contract.Unavailable),
        (413, contract.Misconfigured),
        (422, contract.Misconfigured),
        (429, contract.RateLimited),
        (500, contract.Unavailable),
        (502, contract.Unavailable),
        (504, contract.Unavailable),
        (529, contract.Unavailable),
    ],
)
def test_each_status_has_its_error_also_without_a_readable_body(code: int, kind: type[contract.ProviderFailed]) -> None:
    error = openai.status_error(status(code, headers={"x-request-id": "req_7"}))

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


def test_a_filtered_answer_is_told_from_a_filtered_prompt(client: contract.Client, provider: OpenAIServer) -> None:
    provider.script(Fault.COMPLETION_FILTERED)

    error, _ = failure(client, sample.call())

    assert isinstance(error, contract.ContentFiltered)
    assert error.where == "answer"


def test_a_provider_that_refuses_connections_is_unavailable(settings: Any) -> None:
    with refusing_url() as url:
        settings.OPENAI_BASE_URL = url
        error, _ = failure(openai.client(Provider.OPENAI), sample.call())

    assert type(error) is contract.Unavailable


def test_the_second_call_reports_what_the_provider_had_in_its_cache(client: contract.Client) -> None:
    call = sample.call(system="All the rules of the house. " * 300)

    _, first = read(client, call)
    _, second = read(client, call)

    assert first.usage is not None
    assert second.usage is not None
    assert first.usage.cached == 0
    assert 1_024 <= second.usage.cached <= second.usage.input == first.usage.input


def test_azure_is_asked_in_its_own_way(provider: OpenAIServer, settings: Any) -> None:
    settings.AZURE_OPENAI_API_VERSION = "2024-12-01-preview"

    read(openai.client(Provider.AZURE), sample.call(model="gpt-4o"))

    request = only_request(provider)
    assert request.path == "/openai/deployments/gpt-4o/chat/completions?api-version=2024-12-01-preview"
    assert request.headers["api-key"].endswith(provider.api_key[-4:])
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_compatible_server_gets_no_parameter_that_it_may_not_know(name: Provider, provider: OpenAIServer) -> None:
    read(openai.client(name), sample.call(system="Be brief."))

    body = only_request(provider).body
    assert body == {
        "model": "gpt-4o-mini",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Coffee at dawn"}],
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 200,
    }


def test_openai_itself_gets_the_cache_key_and_the_newer_limit(
    openai_itself: contract.Client, provider: OpenAIServer
) -> None:
    read(openai_itself, sample.call(cache_key="writer.en.v1"))

    request = only_request(provider)
    assert request.path == "/v1/chat/completions"
    assert request.body["prompt_cache_key"] == "writer.en.v1"
    assert request.body["max_completion_tokens"] == 200
    assert "max_tokens" not in request.body


def test_openai_itself_is_who_is_asked_when_no_other_address_is_set(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = "", "sk-test"

    client = openai.client(Provider.OPENAI)

    assert isinstance(client, openai.ChatCompletions)
    assert client.is_openai
    assert client.sdk.base_url == "https://api.openai.com/v1/"


def test_the_local_model_needs_no_key(settings: Any) -> None:
    with OpenAIServer(api_key="not-needed", models=["smollm2-135m"]) as local:
        settings.LOCAL_MODEL_URL = local.url
        text, last = read(openai.client(Provider.LOCAL), sample.call(model="smollm2-135m"))

        assert text == local.requests[0].sent_text
        assert last.finish_reason == "stop"


def test_a_compatible_server_without_a_key_needs_none_either(settings: Any) -> None:
    with OpenAIServer(api_key="not-needed") as compatible:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = compatible.url, ""
        text, _ = read(openai.client(Provider.OPENAI), sample.call())

    assert text


@pytest.mark.parametrize(
    ("name", "missing", "says"),
    [
        (Provider.AZURE, ["AZURE_OPENAI_ENDPOINT"], "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY"),
        (Provider.AZURE, ["AZURE_OPENAI_API_KEY"], "AZURE_OPENAI_ENDPOINT and AZURE_OPENAI_API_KEY"),
        (Provider.OPENAI, ["OPENAI_BASE_URL", "OPENAI_API_KEY"], "OPENAI_API_KEY"),
        (Provider.LOCAL, ["LOCAL_MODEL_URL"], "HUNTAZE_LOCAL_MODEL_URL"),
    ],
)
def test_a_provider_without_its_variables_names_them(
    name: Provider, missing: list[str], says: str, provider: OpenAIServer, settings: Any
) -> None:
    for variable in missing:
        setattr(settings, variable, "")

    with pytest.raises(ImproperlyConfigured, match=says):
        openai.client(name)


def test_connections_are_kept_between_calls_and_a_new_key_makes_new_ones(provider: OpenAIServer, settings: Any) -> None:
    before = openai.client(Provider.AZURE)

    assert openai.client(Provider.AZURE) is before
    settings.AZURE_OPENAI_API_KEY = "sk-another"
    assert openai.client(Provider.AZURE) is not before
    error, _ = failure(openai.client(Provider.AZURE), sample.call())
    assert type(error) is contract.Misconfigured


def test_closing_the_stream_ends_the_provider_s_work(client: contract.Client, provider: OpenAIServer) -> None:
    provider.script(text="word " * 200, chunk_delay=0.05)
    stream = client.stream(sample.call())
    next(iter(stream))

    stream.close()

    [request] = provider.wait_for(lambda requests: requests[0].client_disconnected, timeout=1)
    assert request.chunks_sent < 20


@pytest.mark.parametrize(
    ("details", "cached"),
    [
        (None, 0),
        ({}, 0),
        ({"cached_tokens": None}, 0),
        ({"cached_tokens": 0}, 0),
        ({"cached_tokens": 64}, 64),
        ({"cached_tokens": 100}, 100),
        ({"cached_tokens": 101}, 100),
        ({"cached_tokens": -1}, 0),
    ],
    ids=str,
)
def test_a_cached_figure_that_cannot_be_is_cut(details: dict[str, Any] | None, cached: int) -> None:
    usage = CompletionUsage.model_validate(
        {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107, "prompt_tokens_details": details}
    )

    assert openai.tokens(usage) == Tokens(input=100, cached=cached, output=7)


def status(code: int, *, headers: dict[str, str] | None = None) -> sdk.APIStatusError:
    """Return an error answer as the SDK raises it when the body is no JSON."""
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    return sdk.APIStatusError("", response=httpx2.Response(code, headers=headers, request=request), body=None)
