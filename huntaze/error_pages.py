"""What stands at an address that went wrong: a page for people, a problem for programs under `/api/`."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views import defaults

from ai_routing import connections
from huntaze.problems import AWAY_SECONDS, CONTENT_TYPE, PROBLEMS

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem(400, "invalid_request", "The request is not valid", "The server could not read the request.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem(403, "permission_denied", "This is not allowed", "Your account may not do this.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problem(404, "not_found", "There is no such thing here", "The API has nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if connections.is_outage(sys.exception()):
        return away(request)
    if request.path.startswith(API):
        return problem(
            500, "server_error", "Something went wrong here", "The fault is ours and was reported. Try again."
        )
    return defaults.server_error(request)


def away(request: HttpRequest) -> HttpResponse:
    """Say that the database is away, and that it is worth to come again; asks nothing of the database."""
    if request.path.startswith(API):
        # A session is looked up before the API is asked.
        error = connections.DatabaseAway()
        known = PROBLEMS[type(error)]
        answer = problem(known.status, known.code, known.title, str(error))
    else:
        # Whose language it would be is not known: the session could not be read.
        with translation.override(translation.get_language_from_request(request)):
            again = request.get_full_path() if request.method in ("GET", "HEAD") else ""
            answer = HttpResponse(render_to_string("503.html", {"again": again}), status=503)
            patch_vary_headers(answer, ("Accept-Language", "Cookie"))
    answer["Retry-After"] = str(AWAY_SECONDS)
    answer["Cache-Control"] = "no-store"
    return answer


def problem(status: int, code: str, title: str, detail: str) -> HttpResponse:
    body = {
        "type": f"urn:huntaze:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)
