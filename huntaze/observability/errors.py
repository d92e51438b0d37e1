"""Reports crashes and timings to Sentry, without what is about a person or opens something.

An event names a person by their number alone. The names of fields that go out are chosen; what is in them is scrubbed.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.openai import OpenAIIntegration
from sentry_sdk.types import Event, Hint

from huntaze.logs import bound, lines
from huntaze.logs.scrubbing import GONE, scrubbed

HEADERS: Final = frozenset({"accept", "content-type", "content-length", "host", "x-request-id"})
# Keys whose values are not looked at: they hold bodies, arguments, addresses of people or signed queries.
DROPPED: Final = frozenset(
    {
        "args", "body", "client.address", "cookies", "data_raw", "env", "form", "http.fragment", "http.query", "kwargs",
        "prompt", "query", "query_string", "remote_addr", "url.full", "url.query", "user_agent.original", "vars",
    }
)  # fmt: skip


def start() -> None:
    """Report from here on, where SENTRY_DSN is set."""
    if not settings.WATCHING.sentry_dsn:
        return
    sentry_sdk.init(
        dsn=settings.WATCHING.sentry_dsn,
        environment=settings.ENVIRONMENT,
        release=settings.WATCHING.release or None,
        send_default_pii=False,
        # Request bodies and local variables hold prompts.
        max_request_body_size="never",
        include_local_variables=False,
        # Lines of code beside a crash are ours; of what runs, names are enough.
        max_breadcrumbs=30,
        traces_sampler=sampled,
        before_send=without_secrets,
        before_send_transaction=without_secrets,
        before_breadcrumb=crumb,
        # Or each provider that we call would get headers of Sentry's.
        trace_propagation_targets=[],
        # It would send what is asked of models.
        disabled_integrations=[OpenAIIntegration()],
        shutdown_timeout=3,
    )


def sampled(context: dict[str, Any]) -> float:
    """Return which share of such requests is timed; none of the questions whether we live."""
    path = (context.get("wsgi_environ") or {}).get("PATH_INFO", "")
    if path in {"/healthz", "/readyz"} or path.startswith("/static/"):
        return 0.0
    parent = context.get("parent_sampled")
    return float(parent if parent is not None else settings.WATCHING.sentry_traces)


def without_secrets(event: Event, _hint: Hint) -> Event:
    """Return the event as it may leave the house."""
    told: dict[str, Any] = event  # type: ignore[assignment]  # what is in it is looked at key by key
    here = bound.current()
    if "request" in told:
        told["request"] = of_request(told["request"])
    told.pop("server_name", None)
    told["user"] = {"id": here.user} if here.user else {}
    told["tags"] = {**(told.get("tags") or {}), **lines.identity()}
    told["tags"].pop("user_id", None)
    for name in set(told) - {"request", "user", "event_id", "timestamp", "start_timestamp", "sdk", "modules"}:
        told[name] = discreet(told[name])
    return event


def of_request(request: dict[str, Any]) -> dict[str, Any]:
    """Return method, path and a few headers of a request."""
    parts = urlsplit(str(request.get("url", "")))
    headers = {name: scrubbed(str(value)) for name, value in (request.get("headers") or {}).items()}
    return {
        "method": request.get("method", ""),
        "url": scrubbed(f"{parts.scheme}://{parts.netloc}{parts.path}"),
        "headers": {name: value for name, value in headers.items() if name.lower() in HEADERS},
    }


def discreet(value: Any) -> Any:
    """Return a value of an event, scrubbed however deep it goes."""
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {key: GONE if str(key).lower() in DROPPED else discreet(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [discreet(inner) for inner in value]
    if type(value).__name__ == "AnnotatedValue":
        return GONE
    return value


def crumb(crumb: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = discreet(crumb)
    return found


def stop() -> None:
    """Send what is left, for some seconds."""
    sentry_sdk.flush(timeout=3)
