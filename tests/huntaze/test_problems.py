"""Every expected error becomes its problem, through a real view."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.access import InsufficientScope
from accounts.api import signing_in
from accounts.api_keys import TooManyKeys
from accounts.models import User
from accounts.read_only import ReadOnly
from accounts.sessions.clients import SessionOver
from accounts.sessions.tokens import InvalidToken
from ai_routing.connections import DatabaseAway
from ai_routing.routing import InvalidRequest, NoDeployment
from ai_routing.streams import InvalidEventId
from analytics.ranges import InvalidRange
from billing.checkout import AlreadySubscribed
from billing.provider import NeverSubscribed, PaymentsUnavailable, PlanNotOnSale
from billing.quota import PlanRequired, QuotaExhausted
from billing.stripe_webhooks import UnsignedWebhook
from content import failures
from content.failures import GenerationFailed
from content.idempotency import IdempotencyInProgress, IdempotencyMismatch, InvalidKey
from content.models import Generation, Variant
from huntaze import problems

ERRORS: list[tuple[Exception, int, str]] = [
    (exceptions.ValidationError({"prompt": ["It is empty."]}), 400, "invalid_request"),
    (exceptions.ParseError("JSON parse error"), 400, "invalid_request"),
    (InvalidKey("too long"), 400, "invalid_request"),
    (InvalidEventId("no id"), 400, "invalid_request"),
    (InvalidRequest("complexity is 11"), 400, "invalid_request"),
    (InvalidRange("from must not be after to."), 400, "invalid_request"),
    (exceptions.NotAuthenticated(), 401, "not_authenticated"),
    (exceptions.AuthenticationFailed("not valid"), 401, "not_authenticated"),
    (InvalidToken("not valid"), 401, "not_authenticated"),
    (SessionOver("it has ended"), 401, "not_authenticated"),
    (signing_in.WrongPassword("they do not go together"), 401, "wrong_credentials"),
    (signing_in.CodeNeeded("send a code"), 401, "code_required"),
    (signing_in.WrongCode("the code is wrong"), 401, "code_wrong"),
    (signing_in.AccountClosed("it is closed"), 403, "account_closed"),
    (InsufficientScope("usage"), 403, "insufficient_scope"),
    (TooManyKeys("20 at most"), 409, "too_many_keys"),
    (signing_in.TooManyTries("wait"), 429, "rate_limited"),
    (
        QuotaExhausted(used=9, left=1, needed=3, limit=10, resets_at=datetime(2026, 12, 1, tzinfo=UTC)),
        402,
        "quota_exhausted",
    ),
    (PlanRequired("a larger plan"), 403, "plan_required"),
    (ReadOnly(), 402, "read_only"),
    (UnsignedWebhook(), 400, "invalid_request"),
    (AlreadySubscribed(), 409, "already_subscribed"),
    (NeverSubscribed(), 409, "never_subscribed"),
    (PlanNotOnSale("pro"), 503, "plan_not_on_sale"),
    (PaymentsUnavailable(), 503, "payments_unavailable"),
    (exceptions.PermissionDenied("CSRF Failed"), 403, "permission_denied"),
    (PermissionDenied("not yours"), 403, "permission_denied"),
    (exceptions.NotFound(), 404, "not_found"),
    (Http404("No Content matches the given query."), 404, "not_found"),
    (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
    (IdempotencyInProgress(), 409, "idempotency_in_progress"),
    (RequestDataTooBig("too big"), 413, "request_too_large"),
    (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
    (IdempotencyMismatch(), 422, "idempotency_mismatch"),
    (exceptions.Throttled(wait=12.4), 429, "rate_limited"),
    (NoDeployment("No model is configured for the premium tier"), 503, "ai_unavailable"),
    (DatabaseAway(), 503, "unavailable"),
]


def answer(error: Exception) -> Response:
    """Return what a client gets when a view raises `error`."""

    class Raising(APIView):
        permission_classes = ()
        throttle_classes = ()

        def get(self, request: Request) -> Response:
            raise error

    response: Response = Raising.as_view()(APIRequestFactory().get("/"))
    response.render()
    return response


def test_every_problem_has_its_row_here() -> None:
    assert {type(error) for error, _, _ in ERRORS} == problems.PROBLEMS.keys()


@pytest.mark.parametrize(("error", "status", "code"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_expected_error_becomes_its_problem(error: Exception, status: int, code: str) -> None:
    response = answer(error)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.data
    assert {name: body[name] for name in ("status", "code", "type")} == {
        "status": status,
        "code": code,
        "type": f"urn:huntaze:problem:{code}",
    }
    assert body["title"]
    assert body["detail"]


def test_a_code_has_one_status() -> None:
    codes: dict[str, set[int]] = {}
    for problem in problems.PROBLEMS.values():
        codes.setdefault(problem.code, set()).add(problem.status)

    assert [code for code, statuses in codes.items() if len(statuses) > 1] == []


@pytest.mark.parametrize("code", failures.FAILURES)
def test_a_failed_generation_becomes_its_problem(code: str, alice: User) -> None:
    generation = Generation(user=alice, error_code=code)
    generation._prefetched_objects_cache = {"variants": Variant.objects.none()}  # type: ignore[attr-defined]  # as prefetch_related leaves it

    response = answer(GenerationFailed(generation))

    assert response.status_code == failures.FAILURES[code].status
    assert response["Content-Type"] == "application/problem+json"
    assert response.data["code"] == code
    assert "Nothing was charged" in response.data["detail"]


def test_an_exhausted_quota_says_what_is_left_and_when_it_resets() -> None:
    error = QuotaExhausted(used=9, left=1, needed=3, limit=10, resets_at=datetime(2026, 12, 1, tzinfo=UTC))

    body = answer(error).data

    assert (body["used"], body["left"], body["needed"], body["limit"]) == (9, 1, 3, 10)
    assert body["resets_at"] == "2026-12-01T00:00:00+00:00"


def test_the_fields_that_are_wrong_are_named_however_deep() -> None:
    error = exceptions.ValidationError({"prompt": ["It is empty."], "options": {"tone": ["Too long.", "Too loud."]}})

    body = answer(error).data

    assert body["detail"] == (
        "Some fields are not valid: prompt: It is empty.; options.tone: Too long.; options.tone: Too loud."
    )
    assert body["errors"] == {"prompt": ["It is empty."], "options": {"tone": ["Too long.", "Too loud."]}}


@pytest.mark.parametrize(("wait", "seconds"), [(0.2, "1"), (12.4, "13"), (None, "1")])
def test_who_is_too_fast_is_told_how_long_to_wait(wait: float | None, seconds: str) -> None:
    assert answer(exceptions.Throttled(wait=wait))["Retry-After"] == seconds


def test_without_a_key_the_way_in_is_named() -> None:
    assert answer(exceptions.NotAuthenticated())["WWW-Authenticate"] == 'Bearer realm="api"'


def test_what_does_not_exist_is_told_without_the_words_of_the_database() -> None:
    assert "matches the given query" not in answer(Http404("No Content matches the given query.")).data["detail"]


def test_an_error_of_the_framework_without_a_row_keeps_its_status() -> None:
    response = answer(exceptions.NotAcceptable())

    assert (response.status_code, response.data["code"]) == (406, "not_acceptable")
    assert response["Content-Type"] == "application/problem+json"


def test_an_unexpected_error_is_a_crash_and_is_reported() -> None:
    with pytest.raises(ZeroDivisionError):
        answer(ZeroDivisionError())
