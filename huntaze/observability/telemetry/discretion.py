"""Leaves out of spans what is about a person or opens something, before they leave the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status

from huntaze.logs.scrubbing import scrubbed

# Where somebody is, with what, and queries, which may be signed. Of an address, route and path say enough.
LEFT_OUT: Final = frozenset(
    {
        "client.address", "client.port", "net.peer.ip", "net.peer.port", "network.peer.address", "network.peer.port",
        "http.client_ip", "http.host", "http.server_name", "http.target", "http.url", "http.user_agent", "url.full",
        "url.query", "user_agent.original", "net.host.name", "exception.stacktrace", "celery.args", "celery.kwargs",
    }
)  # fmt: skip


class Discreet(SpanExporter):
    """Hands spans on, without all that."""

    def __init__(self, inner: SpanExporter) -> None:
        self.inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.inner.export([discreet(span) for span in spans])

    def shutdown(self) -> None:
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.inner.force_flush(timeout_millis)


def discreet(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=scrubbed(span.name),
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=plain(span.attributes),
        events=[Event(event.name, plain(event.attributes), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code, scrubbed(span.status.description) if span.status.description else None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def plain(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: scrubbed(value) if isinstance(value, str) else value
        for name, value in (attributes or {}).items()
        if name not in LEFT_OUT
    }
