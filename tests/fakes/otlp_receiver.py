"""A collector: takes what the OTLP exporters send over HTTP, and reads it by the protocol's own definition."""

from __future__ import annotations

import gzip
import http.server
import threading
from typing import Any, Final, Self

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

KINDS: Final[dict[str, tuple[type[Message], type[Message]]]] = {
    "/v1/traces": (ExportTraceServiceRequest, ExportTraceServiceResponse),
    "/v1/metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "/v1/logs": (ExportLogsServiceRequest, ExportLogsServiceResponse),
}


class Collector:
    """One collector. `raw` has every body that came, as it came out of gzip, for whoever looks for what must not be there."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Any]] = []
        self.raw: list[bytes] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                asked, answered = KINDS[self.path]
                message = asked()
                message.ParseFromString(body)
                outer.taken.append((self.path, message))
                outer.raw.append(body)
                said = answered().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def spans(self) -> list[dict[str, Any]]:
        """Return every span, with its service and its attributes as a dictionary."""
        return [
            {
                "service": attributes(resource.resource.attributes)["service.name"],
                "name": span.name,
                "kind": span.kind,
                "trace": span.trace_id.hex(),
                "id": span.span_id.hex(),
                "parent": span.parent_span_id.hex(),
                "error": span.status.code == 2,
                "attributes": attributes(span.attributes),
            }
            for resource in self.of("/v1/traces", "resource_spans")
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def records(self) -> list[dict[str, Any]]:
        return [
            {
                "service": attributes(resource.resource.attributes)["service.name"],
                "body": record.body.string_value,
                "trace": record.trace_id.hex(),
                "attributes": attributes(record.attributes),
            }
            for resource in self.of("/v1/logs", "resource_logs")
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def metrics(self) -> dict[str, list[dict[str, Any]]]:
        """Return the points of each metric by its name, each with its attributes and its sum or count."""
        found: dict[str, list[dict[str, Any]]] = {}
        for resource in self.of("/v1/metrics", "resource_metrics"):
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                data = getattr(metric, metric.WhichOneof("data"))
                for point in data.data_points:
                    kind = point.WhichOneof("value") if hasattr(point, "as_double") else None
                    value = getattr(point, kind) if kind else point.sum
                    found.setdefault(metric.name, []).append(
                        {
                            "attributes": attributes(point.attributes),
                            "value": value,
                            "count": getattr(point, "count", 0),
                        }
                    )
        return found

    def of(self, path: str, field: str) -> list[Any]:
        return [part for taken, message in list(self.taken) if taken == path for part in getattr(message, field)]


def attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: plain(pair.value) for pair in pairs}


def plain(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None
