"""The calendar as it is drawn: weeks of days, and hours of days. Empty days are there too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from django.utils import formats

from content import planning
from content.planning.agenda import Day, Entry

DAY: Final = timedelta(days=1)
HOURS: Final = 24
IN_MONTH: Final = 3
"""Entries of a day."""

IN_HOUR: Final = {"week": 4, "day": 12}
"""Entries of an hour."""

CROWDED: Final = 24
"""A day of a week that has more entries than this shows the first one of each hour."""

WORKING_HOURS: Final = range(8, 20)


@dataclass(slots=True)
class Hour:
    """An hour of a day on the wall. `is_skipped`: no clock shows it that day. `total` counts what is not shown too."""

    hour: int
    is_skipped: bool = False
    entries: list[Entry] = field(default_factory=list)
    slots: list[datetime] = field(default_factory=list)
    total: int = 0
    more_url: str = ""

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


@dataclass(slots=True)
class Cell:
    """A day of the grid; `slots` are the free ones, on the creator's clock. `url` leads to the day alone."""

    day: date
    found: Day
    is_today: bool
    is_past: bool
    is_outside: bool = False
    is_focus: bool = False
    slots: list[datetime] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)
    url: str = ""

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def is_empty(self) -> bool:
        return not self.found.entries and not self.slots


def first_weekday() -> int:
    """Return the day that weeks begin with in the reader's language; Monday is 0."""
    # Django counts from Sunday.
    return (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7


def start_of_week(day: date) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday()) % 7)


def span(view: str, day: date) -> tuple[date, int]:
    """Return the first day that a view shows around `day`, and how many."""
    if view == "day":
        return day, 1
    if view == "week":
        return start_of_week(day), 7
    first = start_of_week(day.replace(day=1))
    last = next_month(day) - DAY
    weeks = (last - first).days // 7 + 1
    return first, weeks * 7


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous(view: str, day: date) -> date:
    if view == "week":
        return day - 7 * DAY
    return day - DAY if view == "day" else (day.replace(day=1) - DAY).replace(day=1)


def following(view: str, day: date) -> date:
    if view == "week":
        return day + 7 * DAY
    return day + DAY if view == "day" else next_month(day)


def cells(
    view: str, day: date, found: Mapping[date, Day], free: list[datetime], *, today: date, zone: tzinfo
) -> list[Cell]:
    """Return the days of a view in their order. `free` are the free slots in them."""
    first, number = span(view, day)
    made = []
    for offset in range(number):
        on = first + offset * DAY
        cell = Cell(
            on,
            found.get(on, Day()),
            is_today=on == today,
            is_past=on < today,
            is_outside=view == "month" and on.month != day.month,
            is_focus=on == day,
            slots=[at.astimezone(zone) for at in free if at.astimezone(zone).date() == on],
        )
        if view == "month":
            # What is there comes first; free slots take what room is left.
            cell.slots = cell.slots[: max(0, IN_MONTH - len(cell.found.entries))]
        else:
            cell.hours = hours(cell, zone, most=1 if view == "week" and cell.found.total > CROWDED else HOURS)
        made.append(cell)
    return made


def hours(cell: Cell, zone: tzinfo, *, most: int) -> list[Hour]:
    """Return the hours of a day, each with at most `most` of the entries that were found."""
    made = [Hour(hour, is_skipped(cell.day, hour, zone), total=cell.found.in_hour[hour]) for hour in range(HOURS)]
    for entry in cell.found.entries:
        if len(made[entry.local.hour].entries) < most:
            made[entry.local.hour].entries.append(entry)
    for at in cell.slots:
        made[at.hour].slots.append(at)
    return made


def opens_at(cells: list[Cell]) -> int:
    """Return the hour at which a week or a day is shown first: the working hours, or what there is outside of them."""
    busy = {hour.hour for cell in cells for hour in cell.hours if hour.entries}
    if not busy or any(hour in WORKING_HOURS for hour in busy):
        return WORKING_HOURS.start
    return min(busy)


def is_skipped(day: date, hour: int, zone: tzinfo) -> bool:
    """Whether no clock shows any minute of this hour."""
    first, last = (planning.moment(day, time(hour, minute), zone) for minute in (0, 59))
    return first.oddity == last.oddity == "skipped" and first.at == last.at and first.local.hour != hour
