"""Has Django, Celery, psycopg and redis tell what they do."""

from __future__ import annotations

import os
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.trace import Span

from huntaze.logs import bound

UNTRACED: Final = "/healthz$,/readyz$,/static/"
REQUEST_IDS: Final = "huntaze.observability.requests.RequestMiddleware"
"""The middleware after which that of spans goes: what is before it is not traced."""


def instrument() -> None:
    """Before Django loads its middleware, and before the first connection is made."""
    # The stable names of attributes.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    position = settings.MIDDLEWARE.index(REQUEST_IDS) + 1
    DjangoInstrumentor().instrument(
        response_hook=tell_of_response, middleware_position=position, excluded_urls=UNTRACED
    )
    CeleryInstrumentor().instrument()  # type: ignore[no-untyped-call]  # it has no types here
    # Neither statements' parameters nor commands' arguments.
    PsycopgInstrumentor().instrument(capture_parameters=False)
    RedisInstrumentor().instrument()


def tell_of_response(span: Span, request: HttpRequest, _response: HttpResponseBase) -> None:
    """Name the span by its route, never by its path, and say whose request it was."""
    if not span.is_recording():
        return
    match = request.resolver_match
    span.update_name(f"{request.method} /{match.route}" if match else str(request.method))
    here = bound.current()
    named: dict[str, Any] = {"huntaze.request_id": here.request_id, "enduser.id": here.user}
    span.set_attributes({name: value for name, value in named.items() if value})
