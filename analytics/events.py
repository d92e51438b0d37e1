"""Record that something happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from analytics.event_types import EVENT_TYPES
from analytics.models import Event


class InvalidEvent(Exception):
    """The event type is not declared, or its data does not hold the declared fields."""


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
    """Raise InvalidEvent unless `data` holds exactly the fields declared for `event`."""
    fields = EVENT_TYPES.get(event)
    if fields is None:
        raise InvalidEvent(f"{event} is not declared: add it to analytics/event_types.py")
    if fields.keys() != data.keys():
        wrong = sorted(fields.keys() ^ data.keys())
        raise InvalidEvent(f"{event}: fields missing or not declared: {', '.join(wrong)}")
    for name, kind in fields.items():
        # bool is an int to isinstance().
        if isinstance(data[name], bool) is not (kind is bool) or not isinstance(data[name], kind):
            raise InvalidEvent(f"{event}: {name} is {type(data[name]).__name__}, declared {kind}")
