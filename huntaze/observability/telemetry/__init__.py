"""OpenTelemetry: traces, metrics and logs by OTLP. Without OTEL_EXPORTER_OTLP_ENDPOINT none of this is even imported."""
