"""Turn the day and time on a creator's clock into the moment that they mean, where clocks are put forward or back too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from django.utils.translation import gettext as _

from accounts.middleware import time_zone
from accounts.models import User

MINUTE: Final = timedelta(minutes=1)
EARLIEST: Final = time(8)
LATEST: Final = time(22)
MORNING: Final = time(9)

Oddity = Literal["", "skipped", "twice"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a day and time on a wall mean. `at` is UTC; `asked` is what was named.

    `oddity` is "skipped" for a time that no clock shows that day (`at` is the next minute that one does), and "twice"
    for one that clocks show twice (`at` is the first of the two).
    """

    at: datetime
    asked: datetime
    zone: tzinfo
    oddity: Oddity = ""

    @property
    def local(self) -> datetime:
        return self.at.astimezone(self.zone)

    @property
    def remark(self) -> str:
        """What the creator should know about it, as a sentence; "" when there is nothing odd."""
        words = {"asked": f"{self.asked:%H:%M}", "local": f"{self.local:%H:%M}"}
        if self.oddity == "skipped":
            return _("Clocks are put forward that day: there is no %(asked)s, so it is set to %(local)s.") % words
        if self.oddity == "twice":
            return _("Clocks are put back that day: %(asked)s comes twice, and the first one is meant.") % words
        return ""


def zone_of(user: User) -> tzinfo:
    """Return the creator's time zone; UTC for a name that this system does not know."""
    return time_zone(user) or UTC


def moment(day: date, at: time, zone: tzinfo) -> Moment:
    """Return the moment at which a clock in `zone` shows `at` on `day`. Seconds are dropped."""
    asked = datetime.combine(day, at.replace(second=0, microsecond=0, tzinfo=None))
    first = asked.replace(tzinfo=zone, fold=0)
    second = asked.replace(tzinfo=zone, fold=1)
    found = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return Moment(found, asked, zone)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) == asked:
        return Moment(found, asked, zone, "twice")
    return Moment(end_of_gap(second.astimezone(UTC), found, zone), asked, zone, "skipped")


def end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first minute after clocks were put forward, which happened between these two moments."""
    offset_after = after.astimezone(zone).utcoffset()
    while after - before > MINUTE:
        middle = before + ((after - before) // 2 // MINUTE) * MINUTE
        if middle.astimezone(zone).utcoffset() == offset_after:
            after = middle
        else:
            before = middle
    return after


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment at which a local day begins, in UTC."""
    return moment(day, time(), zone).at


def good_hour(now: datetime, zone: tzinfo) -> datetime:
    """Return a full hour, one to two hours from now; at night, nine in the morning: few read what comes at three."""
    soon = (now + timedelta(hours=1, minutes=59)).astimezone(zone)
    if soon.time() >= LATEST:
        return moment(soon.date() + timedelta(days=1), MORNING, zone).at
    if soon.time() < EARLIEST:
        return moment(soon.date(), MORNING, zone).at
    return soon.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
