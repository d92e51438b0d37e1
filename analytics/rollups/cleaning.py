"""Take away what is kept for a time only: figures by the hour, visitors of a day, events of months long past."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from analytics import partitions
from analytics.models import HourlyFigure, RollupCursor, Visitor
from analytics.rollups import batch


def clean(*, now: datetime) -> None:
    """Safe to repeat and to run twice at once."""
    HourlyFigure.objects.filter(hour__lt=batch.oldest_hour(now)).delete()
    Visitor.objects.filter(day__lt=batch.oldest_visit(now)).delete()
    drop_events(now=now)


def drop_events(*, now: datetime) -> list[str]:
    """Drop the months of events that are older than the setting says, if all of them are in the figures; return which."""
    cursor = RollupCursor.objects.filter(pk=1).first()
    if cursor is None:
        return []
    month = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 - settings.EVENTS_KEPT_MONTHS
    first = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return partitions.drop_before(first, arrived_before=cursor.arrival)
