"""Where log lines go, and which are left out."""

from __future__ import annotations

from typing import Any, Final

# These log request bodies and addresses, which hold prompts and signatures, at INFO and DEBUG.
TALKATIVE: Final = ("stripe", "httpx", "httpx2", "httpcore2", "openai", "boto3", "botocore")


def to_console(level: str) -> dict[str, Any]:
    """Return the configuration of a process that tells everything from `level` on to its output."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in TALKATIVE},
    }
