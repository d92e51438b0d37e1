"""POST /api/content/generate, as a client of the API meets it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from ai_routing.models import LedgerEntry
from analytics.models import Event
from billing import quota
from billing.models import QuotaPeriod
from content.models import Content, Generation, IdempotencyKey, Variant
from tests.conftest import api_client
from tests.fakes.openai_server import Fault, OpenAIServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_workers")]

URL = "/api/content/generate"


def generate(client: APIClient, *, headers: dict[str, str] | None = None, **body: Any) -> Any:
    return client.post(URL, {"prompt": "Rainy Sunday in Lyon", **body}, format="json", headers=headers)


def test_a_post_comes_back_saved_with_model_tokens_cost_and_saving(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(text="Il pleut sur Lyon. Ce soir, je vous montre tout.")

    response = generate(alice_api, platform="instagram", language="fr")

    assert response.status_code == 201, response.content
    body = response.json()
    assert body["status"] == "done"
    assert body["content"]["body"] == "Il pleut sur Lyon. Ce soir, je vous montre tout."
    assert body["content"]["type"] == "post"
    assert Content.objects.get(user=alice).pk.hex == body["content"]["id"].replace("-", "")
    ai = body["ai"]
    assert ai["model"] == "gpt-4o-mini"
    assert ai["task_type"] == "marketing_template"
    assert ai["critical"] is False
    assert 1 <= ai["complexity"] <= 7
    assert "economy" in ai["reason"]
    assert ai["tokens"]["input"] > 1_024
    assert ai["tokens"]["output"] > 0
    assert ai["attempts"] == 1
    assert ai["cache"] == "none"
    entry = LedgerEntry.objects.get()
    fresh = entry.input_tokens - entry.cached_tokens
    cost = fresh * Decimal("0.15") + entry.cached_tokens * Decimal("0.075") + entry.output_tokens * Decimal("0.6")
    assert Decimal(ai["cost_usd"]) == cost / 1_000_000
    baseline = entry.input_tokens * Decimal("2.5") + entry.output_tokens * 10
    assert Decimal(ai["baseline_usd"]) == baseline / 1_000_000
    assert Decimal(ai["saved_usd"]) == (baseline - cost) / 1_000_000


def test_ledger_quota_and_events_agree_to_the_token(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    generate(alice_api, variants=3)

    entries = LedgerEntry.objects.all()
    events = Event.objects.filter(event="ai.completion")
    assert sum(entry.output_tokens for entry in entries) == sum(event.data["output_tokens"] for event in events) > 0
    assert sum(entry.input_tokens for entry in entries) == sum(event.data["input_tokens"] for event in events)
    period = QuotaPeriod.objects.get(user=alice)
    assert period.reserved == 0
    assert period.used == sum(entry.credits for entry in entries) == sum(event.data["credits"] for event in events) == 3


def test_the_second_request_finds_the_prefix_in_the_provider_cache(
    alice_api: APIClient, provider: OpenAIServer
) -> None:
    generate(alice_api, prompt="Coffee at dawn")
    body = generate(alice_api, prompt="A walk by the sea").json()

    assert body["ai"]["tokens"]["cached"] >= 1_024
    assert body["ai"]["tokens"]["cached"] % 128 == 0


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": ""},
        {"prompt": "x" * 4_001},
        {"prompt": "nul \x00 byte"},
        {"prompt": ["a", "list"]},
        {"task_type": "poetry"},
        {"platform": "myspace"},
        {"language": "xx"},
        {"length": "epic"},
        {"critical": "perhaps"},
        {"variants": 0},
        {"variants": 4},
        {"voice": "no-such-voice"},
        {"tone": "t" * 61},
        {"colour": "blue"},
    ],
    ids=lambda body: next(iter(body)) + "=" + repr(next(iter(body.values())))[:20],
)
def test_invalid_requests_say_what_is_wrong(body: dict[str, Any], alice_api: APIClient) -> None:
    response = generate(alice_api, **body)

    assert_problem(response, 400, "invalid_request")
    assert next(iter(body)) in response.json()["detail"]
    assert not Generation.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b'"text"', b"[" * 50_000, b"\xff\xfe", b'{"prompt": NaN}'])
def test_bodies_that_are_no_object_of_json(raw: bytes, alice_api: APIClient) -> None:
    response = alice_api.post(URL, raw, content_type="application/json")

    assert_problem(response, 400, "invalid_request")


def test_a_lone_surrogate_is_refused(alice_api: APIClient) -> None:
    response = alice_api.post(URL, b'{"prompt": "\\ud83d"}', content_type="application/json")

    assert_problem(response, 400, "invalid_request")


def test_another_media_type_is_refused(alice_api: APIClient) -> None:
    assert_problem(alice_api.post(URL, "prompt=x", content_type="text/plain"), 415, "unsupported_media_type")


def test_a_huge_body_is_refused(alice_api: APIClient) -> None:
    raw = b'{"prompt": "' + b"x" * 3_000_000 + b'"}'
    assert_problem(alice_api.post(URL, raw, content_type="application/json"), 413, "request_too_large")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer hz_forged"}, {"Authorization": "Bearer "}, {"Authorization": "Basic eDp5"}],
)
def test_without_a_valid_key_it_is_401(headers: dict[str, str]) -> None:
    response = generate(APIClient(), headers=headers)

    assert_problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_without_credits_it_is_402_with_what_is_left_and_when_it_resets(alice: User, alice_api: APIClient) -> None:
    limit(alice, credits=0)

    response = generate(alice_api)

    body = assert_problem(response, 402, "quota_exhausted")
    assert body["left"] == 0
    assert body["needed"] >= 1
    assert body["resets_at"].endswith("+00:00")
    assert not Generation.objects.exists()


def test_three_variants_need_three_times_the_credits_or_nothing_is_taken(alice: User, alice_api: APIClient) -> None:
    limit(alice, credits=2)

    body = assert_problem(generate(alice_api, variants=3), 402, "quota_exhausted")

    assert (body["needed"], body["left"]) == (3, 2)
    assert QuotaPeriod.objects.get().reserved == 0


def test_a_used_up_share_of_premium_models_is_403(alice: User, alice_api: APIClient) -> None:
    limit(alice, credits=1_000, premium=0)

    assert_problem(generate(alice_api, critical=True), 403, "plan_required")


def test_a_fan_has_no_plan(charlie: User) -> None:
    assert_problem(generate(api_client(charlie)), 403, "plan_required")


def test_the_same_key_and_body_are_done_once(alice_api: APIClient, provider: OpenAIServer) -> None:
    first = generate(alice_api, headers={"Idempotency-Key": "k-1"})
    second = generate(alice_api, headers={"Idempotency-Key": "k-1"})

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Generation.objects.count() == 1


def test_the_same_key_with_another_body_is_422(alice_api: APIClient, provider: OpenAIServer) -> None:
    generate(alice_api, headers={"Idempotency-Key": "k-1"})

    assert_problem(
        generate(alice_api, prompt="Something else", headers={"Idempotency-Key": "k-1"}), 422, "idempotency_mismatch"
    )


def test_a_key_belongs_to_its_account(alice_api: APIClient, bob_api: APIClient, provider: OpenAIServer) -> None:
    generate(alice_api, headers={"Idempotency-Key": "k-1"})

    assert generate(bob_api, prompt="Bob's own", headers={"Idempotency-Key": "k-1"}).status_code == 201


def test_a_filtered_prompt_is_422_with_a_way_on_and_is_not_charged(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(Fault.PROMPT_FILTERED)

    body = assert_problem(generate(alice_api), 422, "content_blocked")

    assert body["filtered"]["where"] == "prompt"
    assert body["filtered"]["categories"]
    assert body["way_on"]
    assert_not_charged(alice)


def test_a_filtered_answer_is_422_and_is_not_charged(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    provider.script(Fault.COMPLETION_FILTERED)

    body = assert_problem(generate(alice_api), 422, "content_blocked")

    assert body["filtered"]["where"] == "answer"
    assert_not_charged(alice)


def test_a_prompt_that_no_model_can_read_is_400(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    provider.script(Fault.CONTEXT_TOO_LONG)

    assert_problem(generate(alice_api), 400, "invalid_request")
    assert_not_charged(alice)


def test_over_the_rate_of_the_plan_it_is_429_with_retry_after(
    alice_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.plans.Plan.requests_per_minute", 2, raising=False)
    for _ in range(2):
        alice_api.get("/api/usage/")

    response = generate(alice_api)

    assert_problem(response, 429, "rate_limited")
    assert 0 < int(response["Retry-After"]) <= 60


def test_when_every_model_fails_it_is_503_and_is_not_charged(
    alice: User, alice_api: APIClient, provider: OpenAIServer
) -> None:
    provider.script(Fault.SERVER_ERROR, times=None)

    assert_problem(generate(alice_api), 503, "ai_unavailable")
    assert_not_charged(alice)
    assert LedgerEntry.objects.filter(outcome="unavailable").count() == 4


def test_while_the_first_is_being_answered_the_same_key_is_409(alice_api: APIClient, provider: OpenAIServer) -> None:
    generate(alice_api, headers={"Idempotency-Key": "k-1"})
    IdempotencyKey.objects.update(answered_at=None)

    assert_problem(generate(alice_api, headers={"Idempotency-Key": "k-1"}), 409, "idempotency_in_progress")


def test_after_a_day_a_key_is_free_again(alice_api: APIClient, provider: OpenAIServer) -> None:
    first = generate(alice_api, headers={"Idempotency-Key": "k-1"}).json()
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert generate(alice_api, headers={"Idempotency-Key": "k-1"}).json()["id"] != first["id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9"])
def test_a_key_that_is_none_is_400(key: str, alice_api: APIClient) -> None:
    assert_problem(generate(alice_api, headers={"Idempotency-Key": key}), 400, "invalid_request")


def test_a_key_whose_request_was_refused_is_free(alice: User, alice_api: APIClient, provider: OpenAIServer) -> None:
    limit(alice, credits=0)
    assert generate(alice_api, headers={"Idempotency-Key": "k-1"}).status_code == 402
    limit(alice, credits=10)

    assert generate(alice_api, headers={"Idempotency-Key": "k-1"}).status_code == 201


def test_a_failure_is_told_again_for_its_key(alice_api: APIClient, provider: OpenAIServer) -> None:
    provider.script(Fault.PROMPT_FILTERED)
    first = generate(alice_api, headers={"Idempotency-Key": "k-1"})

    assert_problem(first, 422, "content_blocked")
    assert generate(alice_api, headers={"Idempotency-Key": "k-1"}).json() == first.json()


@pytest.mark.parametrize("prefer", ["respond-async", "wait=1", "handling=lenient, wait=1"])
def test_when_the_wait_is_over_it_is_202_with_where_to_look(
    prefer: str, alice_api: APIClient, provider: OpenAIServer, settings: Any
) -> None:
    current_app.conf.task_always_eager = False

    response = generate(alice_api, headers={"Prefer": prefer})

    assert response.status_code == 202
    body = response.json()
    assert body["status"] == "queued"
    assert body["content"] is None
    assert response["Location"] == f"/api/content/generations/{body['id']}"
    assert body["events"] == f"/api/content/generations/{body['id']}/events"
    assert alice_api.get(response["Location"]).json() == body


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:huntaze:problem:{code}"
    assert body["title"]
    assert body["detail"]
    return body


def limit(user: User, *, credits: int, premium: int | None = None) -> None:
    period = quota.current_period(user, now=timezone.now())
    period.credit_limit = credits
    period.premium_limit = credits if premium is None else premium
    period.save()


def assert_not_charged(user: User) -> None:
    period = QuotaPeriod.objects.get(user=user)
    assert (period.used, period.reserved) == (0, 0)
    assert not Variant.objects.exclude(credits=0).exists()
    assert not LedgerEntry.objects.exclude(credits=0).exists()
