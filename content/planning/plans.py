"""When a draft is meant to go out: an intention that nothing happens by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from accounts.models import User
from content.models import Content
from content.planning import queue, scheduling, wall_clock

NOON: Final = time(12)


def plan(content: Content, planned_for: datetime, *, now: datetime) -> datetime:
    """Mean the draft for another time; return it. Raises OutOfReach."""
    planned_for = scheduling.within_reach(planned_for, now=now)
    Content.objects.filter(pk=content.pk).update(planned_for=planned_for)
    return planned_for


def meant_for(user: User, day: date, at: time | None, *, now: datetime) -> datetime | None:
    """Return when a post that is begun for a day is meant to go out; None where nothing can be planned.

    Without a time it is the first free slot of the day, else noon, else the next full hour.
    """
    zone = wall_clock.zone_of(user)
    if not timedelta() <= day - now.astimezone(zone).date() <= scheduling.FURTHEST:
        return None
    if at is not None:
        return in_reach(wall_clock.moment(day, at, zone).at, now=now)
    if slot := next(iter(queue.free_between(user, day, day + timedelta(days=1), now=now)), None):
        return slot
    if (noon := wall_clock.moment(day, NOON, zone).at) > now:
        return in_reach(noon, now=now)
    soon = (now + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return soon if soon.astimezone(zone).date() == day else None


def in_reach(moment: datetime, *, now: datetime) -> datetime | None:
    try:
        return scheduling.within_reach(moment, now=now)
    except scheduling.OutOfReach:
        return None
