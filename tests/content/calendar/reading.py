"""What stands on a page of the calendar, and when it is looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2027, 3, 24, 12, tzinfo=UTC)
"""A Wednesday."""


def text(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def toasts(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]
