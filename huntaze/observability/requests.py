"""Gives each request an id, which its log lines, its tasks and its answer carry, and counts it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from time import perf_counter
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject

from accounts.models import User
from huntaze.logs import bound
from huntaze.observability.counting import tally

HEADER: Final = "X-Request-ID"
# Whoever sends these decides what is traced, and what stands beside it: not for strangers.
TRACE_HEADERS: Final = ("HTTP_TRACEPARENT", "HTTP_TRACESTATE", "HTTP_BAGGAGE")


class RequestMiddleware:
    """Before all that logs or traces. The edge's id is taken where it is well-formed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.WATCHING.trusted_trace:
            for name in TRACE_HEADERS:
                request.META.pop(name, None)
        request_id = bound.accepted(request.headers.get(HEADER, ""), request.headers.get("X-Amzn-Trace-Id", ""))
        # Not only for the time of this call: a stream goes on after it, and the access log comes last.
        bound.bind(bound.Bound(request_id=request_id, known=functools.partial(whose, request)))
        started = perf_counter()
        response = self.get_response(request)
        tally.note(request, response, perf_counter() - started)
        response[HEADER] = request_id
        return response


def whose(request: HttpRequest) -> str:
    """Return the number of whoever asks; "" for a visitor, and while nobody has needed to know: that takes a query."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject):
        user = getattr(request, "_cached_user", None)
    return str(user.pk) if isinstance(user, User) else ""
