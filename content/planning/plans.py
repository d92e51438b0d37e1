"""When a draft is meant to go out: an intention that nothing happens by."""

from __future__ import annotations

from datetime import datetime

from content.models import Content
from content.planning import scheduling


def plan(content: Content, planned_for: datetime, *, now: datetime) -> datetime:
    """Mean the draft for another time; return it. Raises OutOfReach."""
    planned_for = scheduling.within_reach(planned_for, now=now)
    Content.objects.filter(pk=content.pk).update(planned_for=planned_for)
    return planned_for
