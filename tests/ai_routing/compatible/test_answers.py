"""What clients of the OpenAI protocol get: whole and streamed answers, and what Huntaze says of them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing.compatible import answering
from ai_routing.compatible.answering import Admitted
from ai_routing.completion import Completion
from ai_routing.ledger import Bill
from ai_routing.models import CachedAnswer, LedgerEntry
from billing.models import QuotaPeriod
from tests.ai_routing import books
from tests.ai_routing.compatible import chatting
from tests.fakes.openai_server import OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_pauses")]

QUERIES = 3
"""The key with its owner; the reservation; and the charge with all rows."""

SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "hashtags": {"type": "array", "items": {"type": "string"}}},
    "required": ["title", "hashtags"],
    "additionalProperties": False,
}


@pytest.fixture
def lost_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the connection break when the first settlement was written, before anybody heard of it."""
    first = iter([True])
    settle_once = answering.settle_once

    def interrupted(admitted: Admitted, done: Completion, bills: list[Bill]) -> None:
        settle_once(admitted, done, bills)
        if next(first, False):
            raise OperationalError("the connection was lost")

    monkeypatch.setattr(answering, "settle_once", interrupted)


class TestWhole:
    def test_it_has_the_shape_of_the_protocol(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(text="Rain again.")

        response = chatting.ask(alice_api)

        assert response.status_code == 200
        answer = response.json()
        assert answer["object"] == "chat.completion"
        assert answer["id"].startswith("chatcmpl-")
        assert abs(answer["created"] - timezone.now().timestamp()) < 60
        assert answer["model"] == "gpt-4o-mini"
        assert answer["choices"] == [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Rain again.", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ]

    def test_its_figures_are_those_of_the_ledger(
        self, alice: User, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        answer = chatting.ask(alice_api).json()

        row = LedgerEntry.objects.get(user=alice)
        assert answer["usage"] == {
            "prompt_tokens": row.input_tokens,
            "completion_tokens": row.output_tokens,
            "total_tokens": row.input_tokens + row.output_tokens,
            "prompt_tokens_details": {"cached_tokens": row.cached_tokens},
        }
        extras = answer["x_huntaze"]
        assert Decimal(extras["cost_usd"]) * 1_000_000 == row.cost_micro_usd
        assert Decimal(extras["baseline_usd"]) * 1_000_000 == row.baseline_micro_usd
        assert Decimal(extras["saved_usd"]) == Decimal(extras["baseline_usd"]) - Decimal(extras["cost_usd"])
        assert (extras["credits"], extras["cache"], extras["attempts"]) == (row.credits, "none", 1)
        assert row.purpose == "api"
        assert answer["id"] == f"chatcmpl-{row.reference.hex}"
        books.assert_books_agree(alice)

    def test_the_messages_go_to_the_model_as_they_are(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        messages = [
            {"role": "developer", "content": "Answer in one line."},
            {"role": "user", "content": [{"type": "text", "text": "One "}, {"type": "text", "text": " two"}]},
            {"role": "assistant", "content": " three "},
            {"role": "user", "content": "Four"},
        ]

        response = chatting.ask(alice_api, messages=messages, temperature=0.3, max_completion_tokens=77)

        assert response.status_code == 200
        [request] = provider.requests
        assert [(sent["role"], sent["content"]) for sent in request.body["messages"]] == [
            ("system", "Answer in one line."),
            ("user", "One  two"),
            ("assistant", " three "),
            ("user", "Four"),
        ]
        assert (request.body["temperature"], request.body["stream"]) == (0.3, False)
        assert 77 in (request.body.get("max_tokens"), request.body.get("max_completion_tokens"))

    def test_a_cut_answer_says_so(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(text="one two three four five six seven eight")

        answer = chatting.ask(alice_api, max_tokens=3).json()

        assert answer["choices"][0]["finish_reason"] == "length"

    def test_defaults_that_clients_send_are_taken(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        defaults: dict[str, Any] = {
            "n": 1,
            "top_p": 1,
            "presence_penalty": 0,
            "stop": None,
            "tools": [],
            "logit_bias": {},
            "seed": 7,
        }

        assert chatting.ask(alice_api, user="someone", metadata={"a": "b"}, **defaults).status_code == 200

    def test_it_takes_the_same_number_of_statements_whatever_is_asked(
        self, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        chatting.ask(alice_api)
        messages = [{"role": "user", "content": f"Line {number}"} for number in range(100)]

        with CaptureQueriesContext(connection) as short:
            chatting.ask(alice_api)
        with CaptureQueriesContext(connection) as long:
            chatting.ask(alice_api, messages=messages)

        assert len(long) == len(short), [query["sql"][:200] for query in long]
        assert len(short) == QUERIES, [query["sql"][:200] for query in short]

    @pytest.mark.parametrize("with_budgets", [False, True])
    def test_it_is_settled_once_when_the_word_of_it_is_lost(
        self, alice: User, alice_api: APIClient, provider: OpenAIServer, lost_once: None, with_budgets: bool
    ) -> None:
        if with_budgets:
            books.open_budgets(alice)

        answer = chatting.ask(alice_api)

        assert answer.status_code == 200
        row = LedgerEntry.objects.get(user=alice)
        assert answer.json()["x_huntaze"]["credits"] == row.credits
        books.assert_books_agree(alice)


class TestStreamed:
    def test_words_come_as_chunks_and_end_with_done(
        self, alice: User, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        provider.script(text="Rain again in Lyon.")

        events = chatting.told(alice_api)

        assert events[-1] == "[DONE]"
        assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
        assert chatting.words_of(events) == "Rain again in Lyon."
        assert {event["object"] for event in events[:-1]} == {"chat.completion.chunk"}
        assert len({event["id"] for event in events[:-1]}) == 1
        assert [event["choices"][0]["finish_reason"] for event in events[:-1]][-1] == "stop"
        assert events[-2]["x_huntaze"]["credits"] == LedgerEntry.objects.get().credits > 0
        assert not any("usage" in event for event in events[:-1])
        books.assert_books_agree(alice)

    def test_usage_comes_last_for_whoever_asks(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        events = chatting.told(alice_api, stream_options={"include_usage": True})

        row = LedgerEntry.objects.get()
        assert events[-2]["choices"] == []
        assert events[-2]["usage"]["prompt_tokens"] == row.input_tokens
        assert events[-2]["usage"]["completion_tokens"] == row.output_tokens

    def test_both_ways_cost_the_same(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(text="Rain again.", times=None)
        chatting.told(alice_api)
        chatting.ask(alice_api)

        first, second = LedgerEntry.objects.order_by("pk")
        assert (first.input_tokens, first.output_tokens, first.credits) == (
            second.input_tokens,
            second.output_tokens,
            second.credits,
        )


class TestModels:
    def test_the_list_has_auto_and_what_is_configured(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        listed = alice_api.get(chatting.MODELS).json()

        assert listed["object"] == "list"
        assert [model["id"] for model in listed["data"]] == ["auto", "gpt-4o-mini", "gpt-4o"]
        assert {model["object"] for model in listed["data"]} == {"model"}

    @pytest.mark.parametrize(
        ("name", "tier", "deployment"),
        [
            ("gpt-4o", "premium", "azure"),
            ("gpt-4o-mini", "economy", "azure"),
            ("openai:gpt-4o-mini", "economy", "openai"),
        ],
    )
    def test_a_name_pins_the_model(
        self, name: str, tier: str, deployment: str, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        answer = chatting.ask(alice_api, model=name).json()

        assert answer["model"] == name.rpartition(":")[2]
        assert answer["x_huntaze"]["tier"] == tier
        row = LedgerEntry.objects.get()
        assert (row.provider, row.tier, row.model) == (deployment, tier, name.rpartition(":")[2])

    def test_auto_routes_by_what_is_asked(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        easy = chatting.ask(alice_api).json()
        hard = chatting.ask(alice_api, x_huntaze={"task_type": "strategy", "complexity": 9}).json()
        critical = chatting.ask(alice_api, x_huntaze={"critical": True, "language": "fr"}).json()

        assert [answer["x_huntaze"]["tier"] for answer in (easy, hard, critical)] == ["economy", "premium", "premium"]
        assert (hard["x_huntaze"]["task_type"], hard["x_huntaze"]["complexity"]) == ("strategy", 9)
        assert critical["x_huntaze"]["critical"] is True
        assert easy["x_huntaze"]["reason"]


class TestJson:
    def test_a_schema_is_handed_on(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        form = {"type": "json_schema", "json_schema": {"name": "post", "strict": True, "schema": SCHEMA}}

        answer = chatting.ask(alice_api, response_format=form).json()

        [request] = provider.requests
        assert request.body["response_format"]["json_schema"]["schema"] == SCHEMA
        written = json.loads(answer["choices"][0]["message"]["content"])
        assert written.keys() == {"title", "hashtags"}

    def test_text_is_what_is_meant_without_one(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        assert chatting.ask(alice_api, response_format={"type": "text"}).status_code == 200
        assert "response_format" not in provider.requests[0].body


class TestCache:
    def test_the_same_at_temperature_0_is_given_again_for_nothing(
        self, alice: User, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        first = chatting.ask(alice_api, temperature=0).json()
        second = chatting.ask(alice_api, temperature=0).json()

        assert len(provider.requests) == 1
        assert second["choices"] == first["choices"]
        assert (second["x_huntaze"]["cache"], second["x_huntaze"]["credits"]) == ("exact", 0)
        assert second["x_huntaze"]["cost_usd"] == "0"
        paid, free = LedgerEntry.objects.order_by("pk")
        assert (free.cache, free.credits) == ("exact", 0)
        assert free.cost_micro_usd == 0
        assert QuotaPeriod.objects.get(user=alice).used == paid.credits

    def test_it_is_streamed_again_too(self, alice_api: APIClient, provider: OpenAIServer) -> None:
        first = chatting.told(alice_api, temperature=0)
        second = chatting.told(alice_api, temperature=0)

        assert len(provider.requests) == 1
        assert chatting.words_of(second) == chatting.words_of(first)
        assert second[-2]["x_huntaze"]["cache"] == "exact"

    def test_nobody_else_is_given_it(self, alice_api: APIClient, bob_api: APIClient, provider: OpenAIServer) -> None:
        chatting.ask(alice_api, temperature=0)
        chatting.ask(bob_api, temperature=0)

        assert len(provider.requests) == 2

    @pytest.mark.parametrize(
        ("headers", "fields"),
        [({"Cache-Control": "no-cache"}, {"temperature": 0}), ({}, {"temperature": 0.1}), ({}, {})],
        ids=["no-cache", "warm", "default"],
    )
    def test_nothing_is_looked_up_or_kept_for_whoever_wants_it_anew(
        self, headers: dict[str, str], fields: dict[str, Any], alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        for _ in range(2):
            assert chatting.ask(alice_api, headers=headers, **fields).json()["x_huntaze"]["cache"] == "none"

        assert len(provider.requests) == 2
        assert not CachedAnswer.objects.exists()
