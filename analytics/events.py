"""Record that something happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from analytics.event_types import EVENT_TYPES, EventType, InvalidEvent
from analytics.models import Event

__all__ = ["InvalidEvent", "check", "declared", "made", "record"]


def record(event: str, *, user_id: int | None, data: dict[str, Any], now: datetime) -> None:
    """Store one event in the caller's transaction: it is kept if, and only if, the row it tells of is kept.

    Raises InvalidEvent when `event` or `data` differ from `analytics.event_types`.
    """
    made(event, user_id=user_id, data=data, now=now).save(force_insert=True)


def made(event: str, *, user_id: int | None, data: dict[str, Any], now: datetime) -> Event:
    """Return the row of an event, for a caller that stores it together with others. Raises as `record` does."""
    check(event, data)
    return Event(user_id=user_id, event=event, data=data, created_at=now)


def check(event: str, data: dict[str, Any]) -> None:
    """Raise InvalidEvent unless `data` holds exactly the fields declared for `event`, with values of their kinds."""
    declared(event).check(data)


def declared(event: str) -> EventType:
    """Return the declaration of an event. Raises InvalidEvent."""
    found = EVENT_TYPES.get(event)
    if found is None:
        raise InvalidEvent(f"{event} is not declared: add it to analytics/event_types")
    return found
