"""The vendor's own client, pointed at Huntaze."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from django.utils import timezone
from openai.types.chat import ChatCompletionUserMessageParam
from pydantic import BaseModel

from accounts import api_keys
from accounts.models import User
from ai_routing.models import LedgerEntry
from billing import quota
from billing.models import QuotaPeriod
from tests.ai_routing import books
from tests.ai_routing.compatible import chatting
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_pauses")]

MESSAGES: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": chatting.QUESTION}]


class Post(BaseModel):
    title: str
    hashtags: list[str]


@pytest.fixture
def client(live_server: Any, alice: User, provider: OpenAIServer) -> Iterator[openai.OpenAI]:
    _, secret = api_keys.create(alice, name="test", now=timezone.now())
    with openai.OpenAI(base_url=f"{live_server.url}/api/ai/v1", api_key=secret, max_retries=0) as client:
        yield client


def test_a_whole_answer(client: openai.OpenAI, alice: User, provider: OpenAIServer) -> None:
    provider.script(text="Rain again.")

    answer = client.chat.completions.create(model="auto", messages=MESSAGES, max_tokens=100)

    assert answer.choices[0].message.content == "Rain again."
    assert answer.choices[0].finish_reason == "stop"
    row = LedgerEntry.objects.get()
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == row.input_tokens
    assert answer.to_dict()["x_huntaze"]["credits"] == row.credits  # type: ignore[index]  # it is ours, not theirs
    books.assert_books_agree(alice)


def test_a_streamed_answer(client: openai.OpenAI, alice: User, provider: OpenAIServer) -> None:
    provider.script(text="Rain again in Lyon.")

    chunks = list(
        client.chat.completions.create(
            model="auto", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
        )
    )

    words = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(words) == "Rain again in Lyon."
    assert len(words) > 3
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == LedgerEntry.objects.get().output_tokens
    books.assert_books_agree(alice)


def test_an_answer_in_a_given_form(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(model="auto", messages=MESSAGES, response_format=Post)

    assert isinstance(answer.choices[0].message.parsed, Post)


def test_what_is_ours_goes_in_the_extra_body(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="auto", messages=MESSAGES, extra_body={"x_huntaze": {"critical": True}}
    )

    assert answer.model == "gpt-4o"


def test_the_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["auto", "gpt-4o-mini", "gpt-4o"]


def test_it_knows_our_errors_by_their_status_and_code(
    client: openai.OpenAI, alice: User, provider: OpenAIServer
) -> None:
    with pytest.raises(openai.BadRequestError) as unknown:
        client.chat.completions.create(model="gpt-9", messages=MESSAGES)
    assert unknown.value.code == "invalid_request"
    assert "gpt-9 does not exist here" in str(unknown.value)

    provider.script(Fault.PROMPT_FILTERED)
    with pytest.raises(openai.UnprocessableEntityError) as blocked:
        client.chat.completions.create(model="auto", messages=MESSAGES)
    assert blocked.value.code == "content_blocked"

    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(credit_limit=0)
    with pytest.raises(openai.APIStatusError) as exhausted:
        client.chat.completions.create(model="auto", messages=MESSAGES)
    assert (exhausted.value.status_code, exhausted.value.code) == (402, "quota_exhausted")

    with pytest.raises(openai.AuthenticationError) as nobody:
        client.with_options(api_key="hz_unknown").chat.completions.create(model="auto", messages=MESSAGES)
    assert nobody.value.code == "not_authenticated"


def test_it_raises_when_a_streamed_answer_breaks_off(
    client: openai.OpenAI, alice: User, provider: OpenAIServer
) -> None:
    provider.script(Fault.CUT_MID_STREAM, text="word " * 50, after_chunks=5)
    chunks = client.chat.completions.create(model="auto", messages=MESSAGES, stream=True)
    next(chunks)
    assert next(chunks).choices[0].delta.content == "word"

    with pytest.raises(openai.APIError, match="broke off"):
        list(chunks)

    chatting.assert_nothing_was_charged(alice)


def test_a_schema_of_ones_own(client: openai.OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    answer = client.chat.completions.create(
        model="auto",
        messages=MESSAGES,
        response_format={"type": "json_schema", "json_schema": {"name": "n", "strict": True, "schema": schema}},
    )

    assert json.loads(answer.choices[0].message.content or "").keys() == {"n"}
