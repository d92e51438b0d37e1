"""Our own counting of tokens, held against what the provider bills."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_routing import prompts, tokens
from ai_routing.catalogue import Provider
from ai_routing.prices import Tokens
from ai_routing.providers import openai
from ai_routing.providers.contract import Message
from tests.ai_routing import sample
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.openai_server import prompts as vendor_prompts

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
MESSAGES = st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXTS), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("hello", 1), ("hello world", 2), ("tiktoken is great!", 6), ("antidisestablishmentarianism", 6)],
)
def test_the_vocabulary_is_the_one_of_gpt_4o(text: str, expected: int) -> None:
    assert tokens.in_text(text) == expected


def test_a_special_token_in_a_text_is_counted_as_the_letters_it_is_made_of() -> None:
    assert tokens.in_text("<|endoftext|>") > 1


@settings(max_examples=200, deadline=None)
@given(text=TEXTS)
def test_a_text_counts_as_many_tokens_as_the_provider_bills(text: str) -> None:
    assert tokens.in_text(text) == vendor_prompts.count(text)


@settings(max_examples=200, deadline=None)
@given(messages=MESSAGES)
def test_messages_count_as_many_tokens_as_the_provider_bills(messages: list[Message]) -> None:
    body = {"messages": [{"role": message.role, "content": message.content} for message in messages]}

    billed = vendor_prompts.read(body, deployment="gpt-4o-mini").prompt.tokens

    assert tokens.in_messages(messages) == billed


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_whole_request_over_http_is_counted_to_the_token(language: str, provider: OpenAIServer) -> None:
    text = "Il pleut sur Lyon ☔ — « ce soir, je vous montre tout »."
    provider.script(text=text)
    prompt = prompts.build(sample.tail(language=language, tone="chaleureux"))

    *_, last = openai.client(Provider.AZURE).stream(sample.call(messages=prompt.messages))

    assert last.usage == Tokens(input=tokens.in_messages(prompt.messages), output=tokens.in_text(text))
