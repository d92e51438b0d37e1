"""Sends log records by OTLP too, as they stand in the log: scrubbed, and with the ids of their request."""

from __future__ import annotations

import logging
from typing import Final

from opentelemetry._logs import Logger, LogRecord, SeverityNumber

from huntaze.logs import lines
from huntaze.logs.scrubbing import scrubbed

SEVERITIES: Final = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
    (logging.NOTSET, SeverityNumber.DEBUG),
)


class Sender(logging.Handler):
    """The SDK's own handler is on its way out, and knows nothing of what must not be told."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self.logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        # The exporter's own words would be sent, and then be told of again.
        if record.name.startswith("opentelemetry"):
            return
        attributes = {**lines.given(record), **lines.identity(), "logger": record.name}
        # They stand in the record itself.
        for name in ("trace_id", "span_id"):
            attributes.pop(name, None)
        if record.exc_info and record.exc_info[0]:
            attributes["exception.type"] = record.exc_info[0].__name__
            attributes["exception.stacktrace"] = scrubbed(logging.Formatter().formatException(record.exc_info))
        self.logger.emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_text=record.levelname,
                severity_number=next(number for level, number in SEVERITIES if record.levelno >= level),
                body=scrubbed(record.getMessage()),
                attributes=attributes,
            )
        )
