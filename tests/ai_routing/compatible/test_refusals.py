"""What the OpenAI-compatible endpoint refuses: in the vendor's envelope, with our code, and never charged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Tier, User
from ai_routing.compatible import asked
from ai_routing.models import LedgerEntry
from billing import plans, quota
from billing.models import QuotaPeriod, Reservation
from tests.ai_routing.compatible import chatting
from tests.conftest import api_client
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_pauses", "provider")]


def assert_refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Return the error of a refusal that looks as the protocol's clients expect."""
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["param"] is None
    assert error["type"] == ("api_error" if status >= 500 else "invalid_request_error")
    assert (error["problem"]["status"], error["problem"]["code"]) == (status, code)
    return error


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"model": "gpt-9"}, "gpt-9 does not exist here: use one of auto, gpt-4o-mini, gpt-4o"),
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": [{"role": "user"}]}, "content"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "role"),
        ({"messages": [{"role": "system", "content": "x"}]}, "no message of the user"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "text": "x"}]}]}, "Only text parts"),
        ({"messages": [{"role": "user", "content": None}]}, "content"),
        ({"messages": [{"role": "user", "content": "a\u0000b"}]}, "content"),
        ({"messages": [{"role": "user", "content": "\ud83d"}]}, "Surrogate characters"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "\udc00"}]}]}, "urrogate characters"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "warm"}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": asked.MAX_OUTPUT_TOKENS + 1}, "max_tokens"),
        ({"n": 2}, "n: This parameter is not supported"),
        ({"top_p": 0.5}, "top_p"),
        ({"tools": [{"type": "function"}]}, "tools"),
        ({"banana": 1}, "banana"),
        ({"response_format": {"type": "grammar"}}, "response_format"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format"),
        ({"x_huntaze": {"complexity": 11}}, "complexity"),
        ({"x_huntaze": {"task_type": "poetry"}}, "task_type"),
    ],
    ids=str,
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_not_valid(
    fields: dict[str, Any], named: str, stream: bool, alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    chat = json.dumps({**chatting.body(stream=stream), **fields})

    response = alice_api.post(chatting.URL, chat, content_type="application/json")

    assert named in assert_refused(response, 400, "invalid_request")["message"]
    assert not provider.requests
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"auto"', "[" * 100_000])
def test_what_is_no_chat_at_all(body: str, alice_api: APIClient) -> None:
    assert_refused(alice_api.post(chatting.URL, body, content_type="application/json"), 400, "invalid_request")


def test_too_much_text(alice_api: APIClient, provider: OpenAIServer) -> None:
    response = chatting.ask(alice_api, "x" * (asked.MAX_CHARACTERS + 1))

    assert "at most 200000 characters" in assert_refused(response, 400, "invalid_request")["message"]
    assert not provider.requests


def test_too_much_for_the_models(alice: User, alice_api: APIClient, settings: Any, provider: OpenAIServer) -> None:
    small = {"context_tokens": 2_000}
    settings.AI_CAPABILITY_OVERRIDES = {
        f"{vendor}:{model}": small for vendor in ("azure", "openai") for model in ("gpt-4o-mini", "gpt-4o")
    }

    response = chatting.ask(alice_api, "word " * 3_000)

    assert_refused(response, 400, "invalid_request")
    assert not provider.requests
    chatting.assert_nothing_was_charged(alice)


@pytest.mark.parametrize("authorization", ["", "Bearer hz_unknown", "Bearer ", "Basic YTpi"])
@pytest.mark.parametrize("address", [chatting.URL, chatting.MODELS])
def test_nobody(db: None, authorization: str, address: str) -> None:
    client = APIClient()
    if authorization:
        client.credentials(HTTP_AUTHORIZATION=authorization)

    response = client.get(address) if address == chatting.MODELS else chatting.ask(client)

    assert_refused(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_no_credits(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(credit_limit=0)

    error = assert_refused(chatting.ask(alice_api), 402, "quota_exhausted")

    assert (error["problem"]["left"], error["problem"]["limit"]) == (0, 0)
    assert not provider.requests


def test_no_premium_credits(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    quota.status(alice, now=timezone.now())
    QuotaPeriod.objects.update(premium_limit=0)

    assert_refused(chatting.ask(alice_api, model="gpt-4o"), 403, "plan_required")
    assert not provider.requests
    assert chatting.ask(alice_api).status_code == 200


def test_whoever_is_no_creator(charlie: User, operator: User, provider: OpenAIServer) -> None:
    for person in (charlie, operator):
        assert_refused(chatting.ask(api_client(person)), 403, "plan_required")
        assert api_client(person).get(chatting.MODELS).status_code == 200
    assert not provider.requests


def test_a_browser_session_needs_its_csrf_token(alice: User, provider: OpenAIServer) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(alice)

    assert_refused(chatting.ask(browser), 403, "permission_denied")
    assert browser.get(chatting.MODELS).status_code == 200
    assert not provider.requests


def test_too_many_requests(alice_api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plans.PLANS, Tier.PRO.value, replace(plans.get(Tier.PRO), requests_per_minute=1))
    assert chatting.ask(alice_api).status_code == 200

    response = chatting.ask(alice_api)

    assert_refused(response, 429, "rate_limited")
    assert 0 < int(response["Retry-After"]) <= 60


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method(method: str, alice_api: APIClient) -> None:
    assert_refused(getattr(alice_api, method)(chatting.URL), 405, "method_not_allowed")


def test_what_is_no_json(alice_api: APIClient) -> None:
    assert_refused(alice_api.post(chatting.URL, "hello", content_type="text/plain"), 415, "unsupported_media_type")


@pytest.mark.parametrize("stream", [False, True])
class TestNobodyAnswers:
    def test_a_filter_refuses(self, stream: bool, alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(Fault.PROMPT_FILTERED)

        error = assert_refused(chatting.ask(alice_api, stream=stream), 422, "content_blocked")

        assert error["problem"]["filtered"]["where"] == "prompt"
        assert LedgerEntry.objects.get().outcome == "content_filter"
        chatting.assert_nothing_was_charged(alice)

    def test_every_model_fails(self, stream: bool, alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
        provider.script(Fault.BAD_KEY, times=None)

        assert_refused(chatting.ask(alice_api, stream=stream), 503, "ai_unavailable")

        assert LedgerEntry.objects.filter(outcome="misconfigured").count() == 2
        chatting.assert_nothing_was_charged(alice)

    def test_the_prompt_is_too_long_by_the_providers_word(
        self, stream: bool, alice: User, alice_api: APIClient, provider: OpenAIServer
    ) -> None:
        provider.script(Fault.CONTEXT_TOO_LONG)

        assert_refused(chatting.ask(alice_api, stream=stream), 400, "invalid_request")

        chatting.assert_nothing_was_charged(alice)

    def test_no_model_is_configured(
        self, stream: bool, alice: User, alice_api: APIClient, settings: Any, provider: OpenAIServer
    ) -> None:
        settings.AI_ECONOMY_MODELS = []

        assert_refused(chatting.ask(alice_api, stream=stream), 503, "ai_unavailable")

        assert not Reservation.objects.exists()
