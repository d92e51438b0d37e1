import time
from typing import Any

import openai
import pytest
import toktok
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.fakes.asking import HELLO, MODEL, PROVIDERS, ask, raw, stream, text_of
from tests.fakes.openai_server import OpenAIServer, Outcome
from tests.fakes.openai_server.behaviours import Provider


@pytest.mark.parametrize("provider", PROVIDERS)
def test_plain_answer_is_readable_counted_and_always_the_same(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider
) -> None:
    answer, again = ask(clients[provider]), ask(clients[provider])

    text = answer.choices[0].message.content
    assert text is not None
    assert "latte" in text
    assert (
        text == again.choices[0].message.content != ask(clients[provider], "Another prompt").choices[0].message.content
    )
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "gpt-4o-mini-2024-07-18"
    assert answer._request_id == vendor.requests[0].id
    assert answer.usage is not None
    # 3 for the message, 1 for the role, 3 for the start of the answer.
    assert answer.usage.prompt_tokens == 7 + toktok.batch_count([HELLO], "o200k_base")[0]
    assert [answer.usage.completion_tokens] == toktok.batch_count([text], "o200k_base")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_french_prompt_gets_a_french_answer(vendor: OpenAIServer, client: OpenAI) -> None:
    text = ask(client, "Écris une légende pour mon café du dimanche sous la pluie").choices[0].message.content
    assert text is not None
    assert any(word in text for word in ("Aujourd'hui", "Vous vouliez", "Tout a commencé"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_stream_ends_with_usage_in_a_chunk_without_choices(
    vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider
) -> None:
    whole = ask(clients[provider])
    chunks = list(stream(clients[provider]))

    assert text_of(chunks) == whole.choices[0].message.content
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert whole.usage is not None
    assert chunks[-1].usage.model_dump() == whole.usage.model_dump()
    assert all(chunk.usage is None for chunk in chunks[:-1])
    # Azure sends its verdict on the prompt first.
    assert bool(chunks[0].choices) == (provider == "openai")
    [_, streamed] = vendor.wait_for(lambda requests: requests[-1].outcome is Outcome.COMPLETE)
    assert streamed.sent_text == text_of(chunks)
    assert streamed.chunks_sent == len(chunks) - (3 if provider == "openai" else 4)


def test_usage_is_streamed_only_when_asked_for(vendor: OpenAIServer) -> None:
    _, received = raw(
        vendor, "openai", {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "stream": True}
    )
    assert b'"usage"' not in received
    assert received.endswith(b"data: [DONE]\n\n")


def test_scripted_text_size_and_pace(vendor: OpenAIServer, client: OpenAI) -> None:
    vendor.script(text="Déjà vu, mes chatons !", chunk_size=5, chunk_delay=0.02, first_byte_delay=0.1)
    started = time.monotonic()
    contents = [chunk.choices[0].delta.content for chunk in stream(client) if chunk.choices]
    assert contents == ["", "Déjà ", "vu, m", "es ch", "atons", " !", None]
    assert time.monotonic() - started >= 0.1 + 6 * 0.02
    assert ask(client).choices[0].message.content != "Déjà vu, mes chatons !"


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_token_limit_cuts_the_answer(vendor: OpenAIServer, client: OpenAI, name: str) -> None:
    limit: dict[str, Any] = {name: 5}
    answer = ask(client, **limit)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5
    assert toktok.batch_count([answer.choices[0].message.content or ""], "o200k_base") == [5]


def test_reasoning_models_refuse_the_old_name_of_the_token_limit(vendor: OpenAIServer, client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": "hi"}], max_tokens=5)
    assert refused.value.code == "unsupported_parameter"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_models_are_listed(vendor: OpenAIServer, clients: dict[Provider, OpenAI], provider: Provider) -> None:
    assert MODEL in {model.id for model in clients[provider].models.list()}


def cached(client: OpenAI, prompt: str, model: str = MODEL, **options: Any) -> int | None:
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], **options)
    assert isinstance(answer, ChatCompletion)
    return cached_tokens(answer)


def cached_tokens(answer: ChatCompletion) -> int | None:
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    return answer.usage.prompt_tokens_details.cached_tokens


@pytest.mark.parametrize(
    ("words", "tokens"), [(1019, 0), (1020, 1024), (1147, 1024), (1148, 1152), (1275, 1152), (1276, 1280)]
)
def test_cache_reads_come_in_steps(vendor: OpenAIServer, client: OpenAI, words: int, tokens: int) -> None:
    # Each word is one token, and the message and its role are four more before them.
    assert cached(client, " cat" * words + " dog" * 300) == 0
    assert cached(client, " cat" * words + " bird" * 300) == tokens


def test_short_prompt_is_never_cached(vendor: OpenAIServer, client: OpenAI) -> None:
    assert [cached(client, " cat" * 1016), cached(client, " cat" * 1016)] == [0, 0]
    assert [cached(client, " cat" * 1017), cached(client, " cat" * 1017)] == [0, 1024]


def test_prompts_that_part_inside_a_word_share_only_whole_tokens(vendor: OpenAIServer, client: OpenAI) -> None:
    assert cached(client, " cat" * 1019 + " catalog" + " dog" * 300) == 0
    assert cached(client, " cat" * 1020 + " dog" * 300) == 0


def test_another_first_word_is_a_miss(vendor: OpenAIServer, client: OpenAI) -> None:
    assert cached(client, "One" + " cat" * 2000) == 0
    assert cached(client, "Two" + " cat" * 2000) == 0


def test_cache_is_kept_per_model_key_and_provider(vendor: OpenAIServer, clients: dict[Provider, OpenAI]) -> None:
    client, prompt = clients["openai"], " cat" * 1100
    assert cached(client, prompt) == 0
    assert cached(client, prompt, "gpt-4o") == 0
    assert cached(client, prompt, prompt_cache_key="tenant-1") == 0
    assert cached(clients["azure"], prompt) == 0
    assert cached(client, prompt) == cached(client, prompt, prompt_cache_key="tenant-1") == 1024


def test_cache_forgets_after_five_idle_minutes(vendor: OpenAIServer, client: OpenAI) -> None:
    prompt = " cat" * 1100
    assert cached(client, prompt) == 0
    for _ in range(3):
        vendor.advance_clock(290)
        assert cached(client, prompt) == 1024
    vendor.advance_clock(310)
    assert cached(client, prompt) == 0


def test_system_message_is_shared_between_conversations(vendor: OpenAIServer, client: OpenAI) -> None:
    answers = [
        client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "system", "content": " cat" * 1150}, {"role": "user", "content": question}],
        )
        for question in ("one", "two", "three")
    ]
    assert [cached_tokens(answer) for answer in answers] == [0, 1152, 1152]
