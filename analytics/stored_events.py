"""Hold stored events against what the version that they were written in declares."""

from __future__ import annotations

from django.db import connection

from analytics import events
from analytics.event_types import EVENT_TYPES, InvalidEvent
from analytics.models import Event

MOST_TOLD = 50


def check(*, most: int) -> tuple[int, list[str]]:
    """Return how many events were looked at, the newest of each type, and what is wrong with some of them."""
    checked, faults = 0, list[str]()
    for name in sorted(stored() | EVENT_TYPES.keys()):
        for row in Event.objects.filter(event=name).order_by("-created_at", "-id")[:most]:
            checked += 1
            fault = fault_of(row)
            if fault and len(faults) < MOST_TOLD:
                faults.append(f"{row.id}: {fault}")
    return checked, faults


def stored() -> set[str]:
    """Return the types that there are rows of, by steps through the index: each row is not looked at."""
    statement = """
        WITH RECURSIVE type AS (
            (SELECT event FROM analytics_events ORDER BY event LIMIT 1)
            UNION ALL
            SELECT (SELECT event FROM analytics_events WHERE event > type.event ORDER BY event LIMIT 1)
            FROM type WHERE type.event IS NOT NULL
        ) SELECT event FROM type WHERE event IS NOT NULL
    """
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {name for (name,) in cursor.fetchall()}


def fault_of(row: Event) -> str | None:
    try:
        declared = events.declared(row.event)
        declared.check(row.data, version=row.version)
        declared.check(declared.read(row.data, version=row.version))
    except InvalidEvent as error:
        return str(error)
    return None
