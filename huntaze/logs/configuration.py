"""Where log lines go, and which are left out."""

from __future__ import annotations

from typing import Any, Final

# These log request bodies and addresses, which hold prompts and signatures, at INFO and DEBUG.
TALKATIVE: Final = (
    "stripe", "httpx", "httpx2", "httpcore2", "openai", "boto3", "botocore", "opentelemetry", "sentry_sdk", "urllib3",
)  # fmt: skip


def to_console(level: str, *, machines: bool) -> dict[str, Any]:
    """Return the configuration of a process that tells everything from `level` on to its output.

    For `machines`, in JSON.
    """
    formatter = "huntaze.logs.lines.JsonLines" if machines else "huntaze.logs.lines.PlainLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            **{name: {"level": "WARNING"} for name in TALKATIVE},
            # Each request is in the access log.
            "django.server": {"level": "WARNING", "propagate": True},
            # Each task has a line when it is done.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
