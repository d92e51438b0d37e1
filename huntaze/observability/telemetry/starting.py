"""Starts and ends what measures and sends. In a worker process: threads and sockets do not survive a fork."""

from __future__ import annotations

import atexit
import logging
import os
import socket
from typing import Any, Final

from django.conf import settings
from opentelemetry import _logs, metrics, propagate, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from huntaze.observability.telemetry import instrumenting
from huntaze.observability.telemetry.discretion import Discreet
from huntaze.observability.telemetry.log_records import Sender
from huntaze.observability.telemetry.sampling import sampler

FLUSH_MS: Final = 3_000
"""How long an ending process waits for a collector: less than what its supervisor waits for it."""

running: list[Any] = []


def start(role: str) -> None:
    """Measure and send from here on. A second call does nothing."""
    if running:
        return
    # Nothing that a stranger or a library puts into baggage travels on.
    propagate.set_global_textmap(TraceContextTextMapPropagator())
    resource = resource_of(role)
    spans = TracerProvider(
        sampler=sampler(requests=settings.WATCHING.traces, housekeeping=settings.WATCHING.housekeeping),
        resource=resource,
        shutdown_on_exit=False,
    )
    spans.add_span_processor(BatchSpanProcessor(Discreet(OTLPSpanExporter())))
    trace.set_tracer_provider(spans)
    figures = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource, shutdown_on_exit=False)
    metrics.set_meter_provider(figures)
    records = LoggerProvider(resource, shutdown_on_exit=False)
    records.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    _logs.set_logger_provider(records)
    running.extend((spans, figures, records))
    instrumenting.instrument()
    logging.getLogger().addHandler(Sender(records.get_logger("huntaze")))
    atexit.register(stop)


def resource_of(role: str) -> Resource:
    """Return what everything that this process sends is known by; OTEL_RESOURCE_ATTRIBUTES adds to it."""
    return Resource.create(
        {
            "service.namespace": "huntaze",
            "service.name": f"huntaze-{role}",
            "service.version": settings.WATCHING.release or "unknown",
            # Each process counts for itself.
            "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
            "deployment.environment.name": settings.ENVIRONMENT,
        }
    )


def stop() -> None:
    """Send what is left, for some seconds. A second call does nothing."""
    while running:
        provider = running.pop(0)
        provider.force_flush(FLUSH_MS)
        provider.shutdown()
