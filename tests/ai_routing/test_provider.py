"""Azure OpenAI, OpenAI and compatible servers, over HTTP: what is sent and what is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai as sdk
import pytest

from ai_routing import tokens
from ai_routing.catalogue import Provider
from ai_routing.prices import Tokens
from ai_routing.providers import contract, openai
from tests.ai_routing import sample
from tests.ai_routing.asking import failure, only_request, read
from tests.fakes.openai_server import OpenAIServer

PROTOCOLS = [Provider.OPENAI, Provider.AZURE]


@pytest.fixture
def openai_itself(provider: OpenAIServer) -> Iterator[contract.Client]:
    """The client that is used when no other base URL is set, talking to the fake all the same."""
    with sdk.OpenAI(base_url=provider.url, api_key=provider.api_key, max_retries=0) as connection:
        yield openai.ChatCompletions(connection, is_openai=True)


def test_an_answer_arrives_in_pieces_with_its_end_its_usage_and_its_id(
    chat: contract.Client, provider: OpenAIServer
) -> None:
    provider.script(text="Il pleut sur Lyon.\n\nEt alors ? ☔")
    call = sample.call("Sunday")

    pieces = list(chat.stream(call))

    assert "".join(piece.text for piece in pieces) == "Il pleut sur Lyon.\n\nEt alors ? ☔"
    assert sum(bool(piece.text) for piece in pieces) == 8
    assert pieces[-1].finish_reason == "stop"
    assert pieces[-1].usage == Tokens(
        input=tokens.in_messages(call.messages), output=tokens.in_text("Il pleut sur Lyon.\n\nEt alors ? ☔")
    )
    assert {piece.request_id for piece in pieces} == {only_request(provider).id}


def test_an_answer_that_reaches_its_limit_says_so(chat: contract.Client) -> None:
    text, last = read(chat, sample.call("Sunday in Lyon with coffee", max_output_tokens=5))

    assert last.finish_reason == "length"
    assert last.usage is not None
    assert last.usage.output == tokens.in_text(text) == 5


def test_the_second_call_reports_what_the_provider_had_in_its_cache(chat: contract.Client) -> None:
    call = sample.call(system="All the rules of the house. " * 300)

    _, first = read(chat, call)
    _, second = read(chat, call)

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


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize(
    ("model", "effort"),
    [("gpt-5", "minimal"), ("gpt-5-mini", "minimal"), ("gpt-6-luna", "none"), ("gpt-6.1-sol", "none")],
)
def test_a_model_that_reasons_is_asked_in_its_own_dialect(
    model: str, effort: str, name: Provider, provider: OpenAIServer
) -> None:
    text, last = read(openai.client(name), sample.call(model=model))

    body = only_request(provider).body
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (200, effort)
    assert not {"max_tokens", "temperature"} & body.keys()
    assert text == only_request(provider).sent_text
    assert last.finish_reason == "stop"


@pytest.mark.parametrize(
    ("model", "effort"),
    [("o3", "low"), ("o4-mini", "low"), ("gpt-5.4-nano", "none"), ("gpt-5-2025-08-07", "minimal")],
)
def test_every_family_that_reasons_is_told_to_do_as_little_of_it_as_it_can(model: str, effort: str) -> None:
    assert openai.dialect(sample.call(model=model), is_openai=False)["reasoning_effort"] == effort


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-oss-20b", "my-gpt-5", "olmo-2", "qwen2.5:7b"])
def test_other_models_are_asked_for_no_effort(model: str) -> None:
    assert openai.dialect(sample.call(model=model), is_openai=False) == {"max_tokens": 200, "temperature": 0.5}


def test_openai_itself_gets_the_cache_key_and_the_newer_limit(
    openai_itself: contract.Client, provider: OpenAIServer
) -> None:
    read(openai_itself, sample.call(cache_key="writer.en.v1"))

    request = only_request(provider)
    assert request.path == "/v1/chat/completions"
    assert request.body["prompt_cache_key"] == "writer.en.v1"
    assert request.body["max_completion_tokens"] == 200
    assert "max_tokens" not in request.body


RULES = "All the rules of the house. " * 300


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5.4-mini", "gpt-5-mini"])
def test_older_models_are_told_nothing_more_of_caching_than_the_key(
    model: str, openai_itself: contract.Client, provider: OpenAIServer
) -> None:
    read(openai_itself, sample.call(system=RULES, model=model, cache_key="writer.en.v1"))

    body = only_request(provider).body
    assert body["prompt_cache_key"] == "writer.en.v1"
    assert body["messages"][0]["content"] == RULES
    assert "prompt_cache_options" not in body


@pytest.mark.parametrize("model", ["gpt-5.6-luna", "gpt-6-luna", "gpt-6.1-terra"])
def test_newer_models_cache_the_rules_and_nothing_after_them(
    model: str, openai_itself: contract.Client, provider: OpenAIServer
) -> None:
    used = [
        read(openai_itself, sample.call(text, system=RULES, model=model, cache_key="writer.en.v1"))[1].usage
        for text in ("Coffee", "Rain", "Trains")
    ]

    body = provider.requests[0].body
    assert body["prompt_cache_options"] == {"mode": "explicit"}
    assert body["messages"] == [
        {
            "role": "system",
            "content": [{"type": "text", "text": RULES, "prompt_cache_breakpoint": {"mode": "explicit"}}],
        },
        {"role": "user", "content": "Coffee"},
    ]
    assert all(each is not None for each in used)
    first, second, third = (each or Tokens() for each in used)
    assert (first.cached, second.cache_write, third.cache_write) == (0, 0, 0)
    assert first.cache_write == second.cached == third.cached > 1_024


def test_a_history_that_comes_again_is_cached_turn_by_turn(
    openai_itself: contract.Client, provider: OpenAIServer
) -> None:
    asked = (contract.Message("system", RULES), contract.Message("user", "Coffee"))
    answered = (contract.Message("assistant", "With milk?"), contract.Message("user", "Yes"))
    more = (contract.Message("assistant", "And sugar?"), contract.Message("user", "No"))

    _, first = read(openai_itself, sample.call(model="gpt-6-luna", messages=asked + answered, grows=True))
    _, second = read(openai_itself, sample.call(model="gpt-6-luna", messages=asked + answered + more, grows=True))

    assert provider.requests[0].body["prompt_cache_options"] == {"mode": "implicit"}
    assert first.usage is not None
    assert second.usage is not None
    assert second.usage.cached == first.usage.cache_write
    assert 0 < second.usage.cache_write < 30


def test_without_a_key_nothing_is_asked_of_the_cache(openai_itself: contract.Client, provider: OpenAIServer) -> None:
    read(openai_itself, sample.call(system=RULES, model="gpt-6-luna", cache_key=""))

    assert not {"prompt_cache_key", "prompt_cache_options"} & only_request(provider).body.keys()


def test_azure_s_undated_api_is_asked_by_its_own_path_and_gets_the_key(provider: OpenAIServer, settings: Any) -> None:
    settings.AZURE_OPENAI_API_VERSION = "v1"
    client = openai.client(Provider.AZURE)

    text, _ = read(client, sample.call(system=RULES, model="gpt-6-luna", cache_key="writer.en.v1"))
    client.embed(contract.EmbeddingCall("text-embedding-3-small", ("Coffee",), 5))

    asked, embedded = provider.requests
    assert text == asked.sent_text
    assert (asked.path, embedded.path) == ("/openai/v1/chat/completions", "/openai/v1/embeddings")
    assert asked.headers["authorization"].endswith(provider.api_key[-4:])
    assert asked.body["prompt_cache_key"] == "writer.en.v1"
    assert "prompt_cache_options" not in asked.body


SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "hours": {"type": "array", "items": {"type": "integer"}}},
    "required": ["title", "hours"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4.1", "gpt-6-luna"])
def test_an_answer_is_held_to_its_schema(name: Provider, model: str, provider: OpenAIServer) -> None:
    text, last = read(openai.client(name), sample.call(model=model, response_schema=SCHEMA))

    assert only_request(provider).body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
    }
    assert json.loads(text).keys() == {"title", "hours"}
    assert last.finish_reason == "stop"


def test_a_schema_that_the_vendor_refuses_does_not_tell_against_the_deployment(chat: contract.Client) -> None:
    error, _ = failure(chat, sample.call(response_schema={"type": "object", "properties": {}}))

    assert type(error) is contract.Refused
    assert not error.blames_deployment


def test_a_model_that_may_not_know_schemas_is_sent_none_until_the_settings_say_so(settings: Any) -> None:
    with OpenAIServer(api_key="not-needed", models=["qwen2.5:7b"]) as server:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = server.url, "not-needed"
        call = sample.call(model="qwen2.5:7b", response_schema=SCHEMA)
        read(openai.client(Provider.OPENAI), call)
        settings.AI_CAPABILITY_OVERRIDES = {"openai:qwen2.5:7b": {"json_schema": True}}
        read(openai.client(Provider.OPENAI), call)

        assert ["response_format" in request.body for request in server.requests] == [False, True]


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

    with pytest.raises(contract.Misconfigured, match=says):
        openai.client(name)


def test_connections_are_kept_between_calls_and_a_new_key_makes_new_ones(provider: OpenAIServer, settings: Any) -> None:
    before = openai.client(Provider.AZURE)

    assert openai.client(Provider.AZURE) is before
    settings.AZURE_OPENAI_API_KEY = "sk-another"
    assert openai.client(Provider.AZURE) is not before
    error, _ = failure(openai.client(Provider.AZURE), sample.call())
    assert type(error) is contract.Misconfigured


def test_closing_the_stream_ends_the_provider_s_work(chat: contract.Client, provider: OpenAIServer) -> None:
    provider.script(text="word " * 200, chunk_delay=0.05)
    stream = chat.stream(sample.call())
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
    usage = {"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107, "prompt_tokens_details": details}

    assert openai.tokens(usage) == Tokens(input=100, cached=cached, output=7)


@pytest.mark.parametrize(
    ("cached", "written", "believed"),
    [(0, None, 0), (0, 0, 0), (0, 40, 40), (60, 40, 40), (60, 41, 40), (100, 40, 0), (0, -1, 0), (None, 40, 40)],
)
def test_what_was_written_to_the_cache_is_no_part_of_what_was_read(
    cached: int | None, written: int | None, believed: int
) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 7,
        "total_tokens": 107,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
    }

    assert openai.tokens(usage) == Tokens(input=100, cached=cached or 0, output=7, cache_write=believed)
