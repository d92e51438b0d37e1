"""Prompt caching of gpt-5.6 and newer, the machines behind it, and the clock."""

from typing import Any

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.fakes.asking import raw_to
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_server.behaviours import Provider

NEW = "gpt-6-luna"
RULES = " cat" * 1_100
# Three for the message, one for its role.
RULES_TOKENS = 1_104


def use(client: OpenAI, messages: list[Any], model: str = NEW, **options: Any) -> tuple[int | None, int | None, int]:
    """Return the tokens that were read from the cache, those that were written to it, and all of the prompt."""
    answer = client.chat.completions.create(model=model, messages=messages, **options)
    assert isinstance(answer, ChatCompletion)
    ChatCompletion.model_validate(answer.model_dump(), strict=True)
    assert answer.usage is not None
    details = answer.usage.prompt_tokens_details
    assert details is not None
    return details.cached_tokens, details.cache_write_tokens, answer.usage.prompt_tokens


def asked(question: str, *, marked: bool) -> list[Any]:
    part: dict[str, Any] = {"type": "text", "text": RULES}
    if marked:
        part["prompt_cache_breakpoint"] = {"mode": "explicit"}
    return [{"role": "system", "content": [part]}, {"role": "user", "content": question}]


EXPLICIT: dict[str, Any] = {"prompt_cache_options": {"mode": "explicit"}}


def test_a_changing_end_is_written_each_time_and_never_read(vendor: OpenAIServer, client: OpenAI) -> None:
    for question in ("one", "two", "three"):
        read, written, tokens = use(client, asked(question, marked=False))
        assert read == 0
        assert written == tokens - 3


def test_a_marked_beginning_is_written_once_and_then_read_to_the_token(vendor: OpenAIServer, client: OpenAI) -> None:
    uses = [use(client, asked(question, marked=True), **EXPLICIT)[:2] for question in ("one", "two", "three")]
    assert uses == [(0, RULES_TOKENS), (RULES_TOKENS, 0), (RULES_TOKENS, 0)]


def test_a_conversation_reads_what_its_last_turn_wrote(vendor: OpenAIServer, client: OpenAI) -> None:
    turns = asked("one", marked=True)
    _, first, _ = use(client, turns)
    longer = [*turns, {"role": "assistant", "content": "I see"}, {"role": "user", "content": "two"}]
    read, written, tokens = use(client, longer)
    assert read == first
    assert written == tokens - 3 - (read or 0)


def test_without_a_breakpoint_explicit_caching_is_none(vendor: OpenAIServer, client: OpenAI) -> None:
    assert use(client, asked("one", marked=False), **EXPLICIT)[:2] == (0, 0)
    assert use(client, asked("one", marked=False), **EXPLICIT)[:2] == (0, 0)


def test_a_short_beginning_is_not_written(vendor: OpenAIServer, client: OpenAI) -> None:
    part = {"type": "text", "text": " cat" * 1_019, "prompt_cache_breakpoint": {"mode": "explicit"}}
    for content, written in ((part, 0), (part | {"text": " cat" * 1_020}, 1_024)):
        messages = [{"role": "system", "content": [content]}, {"role": "user", "content": "hi"}]
        assert use(client, messages, **EXPLICIT)[:2] == (0, written)


def test_what_is_written_lives_half_an_hour_for_its_model_and_key(vendor: OpenAIServer, client: OpenAI) -> None:
    use(client, asked("one", marked=True), **EXPLICIT)
    assert use(client, asked("two", marked=True), "gpt-5.6-luna", **EXPLICIT)[0] == 0
    assert use(client, asked("two", marked=True), prompt_cache_key="k", **EXPLICIT)[0] == 0
    vendor.advance_clock(1_790)
    assert use(client, asked("two", marked=True), **EXPLICIT)[0] == RULES_TOKENS
    vendor.advance_clock(20)
    assert use(client, asked("two", marked=True), **EXPLICIT)[:2] == (0, RULES_TOKENS)


@pytest.mark.parametrize(("provider", "model"), [("openai", "gpt-4o"), ("azure", NEW)])
def test_who_knows_no_breakpoints_refuses_them(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider, model: str
) -> None:
    for messages, options in ((asked("one", marked=False), EXPLICIT), (asked("one", marked=True), {})):
        with pytest.raises(openai.BadRequestError, match="Unrecognized request argument"):
            use(clients[provider], messages, model, **options)


def test_older_models_report_no_writes(vendor: OpenAIServer, client: OpenAI) -> None:
    assert use(client, asked("one", marked=False), "gpt-4o")[:2] == (0, None)
    assert use(client, asked("two", marked=False), "gpt-4o")[:2] == (1_024, None)


def test_above_fifteen_a_minute_the_next_machine_has_to_be_warmed(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.set_clock(1_000.0)
    reads = [use(client, asked("hi", marked=False), "gpt-4o")[0] for _ in range(17)]
    assert [index for index, read in enumerate(reads) if read == 0] == [0, 15]
    vendor.advance_clock(61)
    assert use(client, asked("hi", marked=False), "gpt-4o")[0] == 1_024


def test_a_request_may_tell_its_own_time(vendor: OpenAIServer, client: OpenAI) -> None:
    def at(seconds: float) -> int | None:
        return use(client, asked("hi", marked=False), "gpt-4o", extra_headers={"X-Fake-Now": str(seconds)})[0]

    assert [at(50_000), at(50_299), at(50_598), at(50_899)] == [0, 1_024, 1_024, 0]
    with pytest.raises(openai.BadRequestError, match="X-Fake-Now"):
        use(client, asked("hi", marked=False), "gpt-4o", extra_headers={"X-Fake-Now": "noon"})


def test_azure_s_undated_api_takes_the_model_in_the_body(vendor: OpenAIServer) -> None:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "prompt_cache_key": "k"}
    assert raw_to(vendor, "/openai/v1/chat/completions", body)[0] == 200
    assert raw_to(vendor, "/openai/v1/embeddings", {"model": "text-embedding-3-small", "input": "hi"})[0] == 200
    assert [request.provider for request in vendor.requests] == ["azure", "azure"]
