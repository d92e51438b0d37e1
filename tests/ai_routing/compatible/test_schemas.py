"""Schemas of clients: bounded in size and depth, paid for, and never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from billing.models import Reservation
from tests.fakes.openai_server import OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("provider")]

URL = "/api/ai/v1/chat/completions"


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"in": schema}}
    return schema


def asked(schema: dict[str, Any], *, strict: bool = False) -> dict[str, Any]:
    return {
        "model": "auto",
        "temperature": 0,
        "messages": [{"role": "user", "content": "Say hello"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "hello", "schema": schema, "strict": strict},
        },
    }


@pytest.mark.parametrize("depth", [40, 400])
def test_a_schema_nested_too_deeply_is_refused_and_nothing_is_set_aside(depth: int, alice_api: APIClient) -> None:
    response = alice_api.post(URL, asked(nested(depth)), format="json")

    assert response.status_code == 400
    assert "levels deep" in response.json()["error"]["message"]
    assert not Reservation.objects.exists()


def test_a_schema_that_carries_a_book_is_refused(alice_api: APIClient) -> None:
    response = alice_api.post(URL, asked({"type": "object", "description": "word " * 4_000}), format="json")

    assert response.status_code == 400
    assert "16000 characters" in response.json()["error"]["message"]


def test_the_words_of_a_schema_are_set_aside_like_those_of_a_message(alice_api: APIClient) -> None:
    alice_api.post(URL, asked({"type": "object", "properties": {}}), format="json")
    alice_api.post(URL, asked({"type": "object", "properties": {}, "description": "word " * 3_000}), format="json")

    small, large = Reservation.objects.order_by("pk").values_list("cost_micro_usd", flat=True)
    assert large - small > 3_000 * 0.15


def test_whether_it_is_strict_is_the_client_s_word(alice_api: APIClient, provider: OpenAIServer) -> None:
    schema = {
        "type": "object",
        "properties": {"hello": {"type": "string"}},
        "required": ["hello"],
        "additionalProperties": False,
    }
    for strict in (False, True):
        assert alice_api.post(URL, {**asked(schema, strict=strict), "temperature": 1}, format="json").status_code == 200

    forms = [request.body["response_format"]["json_schema"]["strict"] for request in provider.requests]
    assert forms == [False, True]
