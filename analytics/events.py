"""Record that something happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from analytics import ids
from analytics.event_types import EVENT_TYPES, EventType, InvalidEvent
from analytics.models import Event, FanFigures, FanMonth, RollupCursor

__all__ = ["InvalidEvent", "check", "declared", "forget_fan", "made", "record"]

FORGET: Final = """
UPDATE analytics_events SET data = jsonb_set(data, '{fan_id}', 'null')
WHERE user_id = %s AND data ? 'fan_id' AND data ->> 'fan_id' = %s
"""


def record(event: str, *, user_id: int | None, data: dict[str, Any], now: datetime, key: str = "") -> None:
    """Store one event in the caller's transaction: it is kept if, and only if, the row it tells of is kept.

    With a `key`, which names what happened, the same told again with the same time is kept once. Raises InvalidEvent when
    `event` or `data` differ from `analytics.event_types`.
    """
    row = made(event, user_id=user_id, data=data, now=now)
    if key:
        row.id = ids.known(f"{event} {key}", now)
        Event.objects.bulk_create([row], ignore_conflicts=True)
    else:
        row.save(force_insert=True)


def made(event: str, *, user_id: int | None, data: dict[str, Any], now: datetime) -> Event:
    """Return the row of an event, for a caller that stores it together with others. Raises as `record` does."""
    check(event, data)
    return Event(user_id=user_id, event=event, version=declared(event).version, data=data, created_at=now)


def data_of(row: Event) -> dict[str, Any]:
    """Return what an event says in the words of today, whichever version it was written in. Raises InvalidEvent."""
    return declared(row.event).read(row.data, version=row.version)


def check(event: str, data: dict[str, Any]) -> None:
    """Raise InvalidEvent unless `data` holds exactly the fields declared for `event`, with values of their kinds."""
    declared(event).check(data)


def declared(event: str) -> EventType:
    """Return the declaration of an event. Raises InvalidEvent."""
    found = EVENT_TYPES.get(event)
    if found is None:
        raise InvalidEvent(f"{event} is not declared: add it to analytics/event_types")
    return found


def forget_fan(user_id: int, fan: UUID) -> int:
    """Take a fan out of a creator's events and figures; return of how many events. What they came to stays in the sums.

    Events of the fan that are recorded later name them again: forget the fan's own row first.
    """
    with transaction.atomic():
        # A rollup that has read these events must have written what it makes of them.
        RollupCursor.objects.select_for_update().filter(pk=1).first()
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [user_id, str(fan)])
            forgotten = int(cursor.rowcount)
        FanMonth.objects.filter(user_id=user_id, fan=fan).delete()
        FanFigures.objects.filter(user_id=user_id, fan=fan).delete()
    return forgotten
