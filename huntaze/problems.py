"""Every error of the API, as `application/problem+json` (RFC 9457) with a stable `code`.

`docs/errors.md` tells of each; a test holds the two together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.access import InsufficientScope
from accounts.api import signing_in
from accounts.api_keys import TooManyKeys
from accounts.read_only import ReadOnly
from accounts.sessions.clients import SessionOver
from accounts.sessions.tokens import InvalidToken
from ai_routing import connections
from ai_routing.compatible.answering import NoAnswer
from ai_routing.connections import DatabaseAway
from ai_routing.routing import InvalidRequest, NoDeployment
from ai_routing.streams import InvalidEventId
from analytics.ranges import InvalidRange
from billing.budgets import BudgetExhausted
from billing.checkout import AlreadySubscribed
from billing.models import Budget
from billing.provider import NeverSubscribed, PaymentsUnavailable, PlanNotOnSale
from billing.quota import PlanRequired, QuotaExhausted
from billing.stripe_webhooks import UnsignedWebhook
from content import failures
from content.failures import GenerationFailed
from content.idempotency import IdempotencyInProgress, IdempotencyMismatch, InvalidKey

logger = logging.getLogger(__name__)

CONTENT_TYPE: Final = "application/problem+json"
AWAY_SECONDS: Final = 2
"""After this time it is worth to ask again when the database is away: as long as a restart of it takes."""


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    code: str
    title: str
    more: Callable[[Any], dict[str, Any]] = lambda _error: {}


def quota_left(error: QuotaExhausted) -> dict[str, Any]:
    return {
        "used": error.used,
        "left": error.left,
        "needed": error.needed,
        "limit": error.limit,
        "resets_at": error.resets_at.isoformat(),
    }


def budget_left(error: BudgetExhausted) -> dict[str, Any]:
    return {
        "left_usd": f"{max(error.left, Decimal(0)) / 1_000_000:f}",
        "limit_usd": f"{error.limit / 1_000_000:f}",
        "resets_at": error.resets_at.isoformat(),
    }


def filtered(error: NoAnswer) -> dict[str, Any]:
    return {"filtered": {"where": error.where, "categories": list(error.categories)}} if error.where else {}


OWN_BUDGET: Final = Problem(402, "quota_exhausted", "Your budget is used up", budget_left)
# What the platform may spend is between its operators.
SHARED_BUDGET: Final = Problem(503, "ai_unavailable", "Writing is paused")

PROBLEMS: Final[dict[type[Exception], Problem]] = {
    exceptions.ValidationError: Problem(
        400, "invalid_request", "The request is not valid", lambda error: {"errors": error.detail}
    ),
    exceptions.ParseError: Problem(400, "invalid_request", "The request is not valid"),
    InvalidKey: Problem(400, "invalid_request", "The request is not valid"),
    UnsignedWebhook: Problem(400, "invalid_request", "The request is not valid"),
    InvalidEventId: Problem(400, "invalid_request", "The request is not valid"),
    InvalidRequest: Problem(400, "invalid_request", "The request is not valid"),
    InvalidRange: Problem(400, "invalid_request", "The request is not valid"),
    exceptions.NotAuthenticated: Problem(401, "not_authenticated", "Sign in, or send an API key"),
    exceptions.AuthenticationFailed: Problem(401, "not_authenticated", "Sign in, or send an API key"),
    InvalidToken: Problem(401, "not_authenticated", "Sign in, or send an API key"),
    SessionOver: Problem(401, "not_authenticated", "Sign in, or send an API key"),
    signing_in.WrongPassword: Problem(401, "wrong_credentials", "The sign-in was refused"),
    signing_in.CodeNeeded: Problem(401, "code_required", "One more step"),
    signing_in.WrongCode: Problem(401, "code_wrong", "The code was refused"),
    signing_in.AccountClosed: Problem(403, "account_closed", "The account is closed"),
    InsufficientScope: Problem(403, "insufficient_scope", "The key may not be used for this"),
    QuotaExhausted: Problem(402, "quota_exhausted", "Not enough credits", quota_left),
    ReadOnly: Problem(402, "read_only", "The account is read-only"),
    PlanRequired: Problem(403, "plan_required", "The plan does not include this"),
    exceptions.PermissionDenied: Problem(403, "permission_denied", "This is not allowed"),
    PermissionDenied: Problem(403, "permission_denied", "This is not allowed"),
    exceptions.NotFound: Problem(404, "not_found", "There is no such thing here"),
    Http404: Problem(404, "not_found", "There is no such thing here"),
    exceptions.MethodNotAllowed: Problem(405, "method_not_allowed", "This address does not take this method"),
    IdempotencyInProgress: Problem(409, "idempotency_in_progress", "The same request is under way"),
    AlreadySubscribed: Problem(409, "already_subscribed", "There is a subscription already"),
    NeverSubscribed: Problem(409, "never_subscribed", "There is no subscription yet"),
    RequestDataTooBig: Problem(413, "request_too_large", "The body is too large"),
    exceptions.UnsupportedMediaType: Problem(415, "unsupported_media_type", "Send JSON"),
    IdempotencyMismatch: Problem(422, "idempotency_mismatch", "The key was used for another request"),
    TooManyKeys: Problem(409, "too_many_keys", "There are too many keys"),
    signing_in.TooManyTries: Problem(429, "rate_limited", "Too many requests"),
    exceptions.Throttled: Problem(429, "rate_limited", "Too many requests"),
    NoDeployment: Problem(503, "ai_unavailable", "No model could answer"),
    PlanNotOnSale: Problem(503, "plan_not_on_sale", "This cannot be bought yet"),
    PaymentsUnavailable: Problem(503, "payments_unavailable", "The payment provider does not answer"),
    DatabaseAway: Problem(503, "unavailable", "This is away for a moment"),
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an expected error; None, and so a crash that is reported, for any other."""
    if (request := context.get("request")) is not None:
        # Whatever a view renders, its problems are JSON.
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = CONTENT_TYPE
    if isinstance(error, GenerationFailed):
        body = failures.problem(error.generation)
        return Response(body, status=body["status"], content_type=CONTENT_TYPE)
    if connections.is_outage(error):
        logger.warning("The database is away: %s", type(error).__name__)
        error = DatabaseAway()
    problem = problem_of(error)
    if problem is None:
        return None
    set_rollback()
    body = {
        "type": f"urn:huntaze:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail(error),
        "code": problem.code,
        **problem.more(error),
    }
    return Response(body, status=problem.status, headers=headers(error), content_type=CONTENT_TYPE)


def problem_of(error: Exception) -> Problem | None:
    if isinstance(error, NoAnswer):
        failure = failures.FAILURES[error.code]
        return Problem(failure.status, error.code, str(failure.title), filtered)
    if isinstance(error, BudgetExhausted):
        return OWN_BUDGET if error.scope == Budget.Scope.USER else SHARED_BUDGET
    problem = next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), None)
    if problem is None and isinstance(error, exceptions.APIException):
        return Problem(error.status_code, error.default_code, str(error.default_detail))
    return problem


def detail(error: Exception) -> str:
    """Return the sentence that says what is wrong and how to mend it."""
    if isinstance(error, NoAnswer):
        return str(failures.FAILURES[error.code].detail)
    if isinstance(error, BudgetExhausted) and error.scope != Budget.Scope.USER:
        return f"Nothing was charged. Texts are written again from {error.resets_at:%Y-%m-%d %H:%M} UTC."
    if isinstance(error, exceptions.ValidationError):
        return "Some fields are not valid: " + "; ".join(flat(error.detail))
    if isinstance(error, Http404 | exceptions.NotFound):
        return "Nothing is at this address, or it belongs to another account."
    return str(error)


def flat(errors: Any, path: str = "") -> list[str]:
    """Return nested validation errors as "field: message"."""
    if isinstance(errors, dict):
        return [line for name, inner in errors.items() for line in flat(inner, f"{path}.{name}" if path else str(name))]
    if isinstance(errors, list):
        return [line for inner in errors for line in flat(inner, path)]
    return [f"{path}: {errors}" if path else str(errors)]


def headers(error: Exception) -> dict[str, str]:
    found = {}
    if auth := getattr(error, "auth_header", None):
        found["WWW-Authenticate"] = str(auth)
    if isinstance(error, exceptions.Throttled | signing_in.TooManyTries):
        found["Retry-After"] = str(max(1, round(getattr(error, "wait", None) or 1)))
    if isinstance(error, DatabaseAway):
        found["Retry-After"] = str(AWAY_SECONDS)
    if isinstance(error, BudgetExhausted):
        found["Retry-After"] = str(max(1, round((error.resets_at - timezone.now()).total_seconds())))
    return found
