"""The hours of the week at which a creator likes to post, and the moments that they fall on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from accounts.models import User
from content.models import Slot
from content.planning import wall_clock

MOST_SLOTS: Final = 70
"""Ten a day: more than anybody posts by a plan."""

DAY: Final = timedelta(days=1)


class TooManySlots(Exception):
    """The week has as many slots as it may have: remove one first."""


def of(user: User) -> list[Slot]:
    """Return the creator's slots in the order of the week."""
    return list(Slot.objects.for_user(user).order_by("weekday", "at"))


def add(user: User, weekdays: list[int], at: time) -> int:
    """Add a slot to each of these weekdays (Monday is 0), where there is none yet; return how many are new.

    Raises TooManySlots.
    """
    at = at.replace(second=0, microsecond=0)
    there = set(Slot.objects.for_user(user).values_list("weekday", "at"))
    wanted = {(weekday, at) for weekday in weekdays} - there
    if len(there) + len(wanted) > MOST_SLOTS:
        raise TooManySlots
    Slot.objects.bulk_create(
        [Slot(user=user, weekday=weekday, at=at) for weekday, at in sorted(wanted)], ignore_conflicts=True
    )
    return len(wanted)


def occurrences(user: User, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the moments later than `after`, and not later than `until`, at which the creator has a slot, each once.

    Two slots can fall on one moment: where 02:30 does not exist, it is 03:00.
    """
    zone = wall_clock.zone_of(user)
    by_weekday: dict[int, list[time]] = {}
    for slot in of(user):
        by_weekday.setdefault(slot.weekday, []).append(slot.at)
    if not by_weekday:
        return
    day = after.astimezone(zone).date()
    last = after
    while wall_clock.start_of(day, zone) <= until:
        for at in sorted({wall_clock.moment(day, at, zone).at for at in by_weekday.get(day.weekday(), ())}):
            # Moments grow from day to day, so whatever is not later than the last one was yielded, or is over.
            if last < at <= until:
                yield at
                last = at
        day += DAY
