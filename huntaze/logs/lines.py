"""A record as a line: JSON for machines, or for people. Both are scrubbed, and say whose line it is."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

from huntaze.logs import bound
from huntaze.logs.scrubbing import scrubbed

# What every record has by itself: all else was given by whoever logs, as `extra`.
USUAL: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
LONGEST_EXTRA: Final = 500


def identity() -> dict[str, str]:
    """Return what the line is known by: request, user, task, and the trace where there is one."""
    here = bound.current()
    found = {
        "request_id": here.request_id,
        "user_id": here.user,
        "task_id": here.task_id,
        "task": here.task,
        **trace(),
    }
    return {name: value for name, value in found.items() if value}


def trace() -> dict[str, str]:
    # Whoever has not loaded OpenTelemetry has no trace, and need not load it for that.
    if (api := sys.modules.get("opentelemetry.trace")) is None:
        return {}
    context = api.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": api.format_trace_id(context.trace_id), "span_id": api.format_span_id(context.span_id)}


def given(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given beside the message, as far as it is a plain value."""
    return {
        name: scrubbed(value[:LONGEST_EXTRA]) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in USUAL and not name.startswith("_") and isinstance(value, str | int | float | bool)
    }


class JsonLines(logging.Formatter):
    """One object to a line, whatever is in it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            **given(record),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrubbed(record.getMessage()),
            **identity(),
        }
        if record.exc_info:
            kind = record.exc_info[0]
            line["error"] = kind.__name__ if kind else ""
            line["traceback"] = scrubbed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """For a person who looks at a terminal: the ids come last, shortened, and only where there are any."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        text = scrubbed(super().format(record))
        ids = " ".join(f"{name}={value[:8]}" for name, value in identity().items() if name in {"request_id", "task_id"})
        first, _, rest = text.partition("\n")
        return "\n".join(filter(None, (f"{first}  [{ids}]" if ids else first, rest)))
