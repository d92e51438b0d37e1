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
IN_WEEK: Final = 60


@dataclass(slots=True)
class Hour:
    """An hour of a day on the wall. `is_skipped`: no clock shows it that day."""

    hour: int
    is_skipped: bool = False
    entries: list[Entry] = field(default_factory=list)
    slots: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Cell:
    """A day of the grid; `slots` are the free ones, on the creator's clock."""

    day: date
    found: Day
    is_today: bool
    is_past: bool
    is_outside: bool = False
    is_focus: bool = False
    slots: list[datetime] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)

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
            cell.hours = hours(cell, zone)
        made.append(cell)
    return made


def hours(cell: Cell, zone: tzinfo) -> list[Hour]:
    made = [Hour(hour, is_skipped(cell.day, hour, zone)) for hour in range(HOURS)]
    for entry in cell.found.entries:
        made[entry.local.hour].entries.append(entry)
    for at in cell.slots:
        made[at.hour].slots.append(at)
    return made


def is_skipped(day: date, hour: int, zone: tzinfo) -> bool:
    """Whether no clock shows any minute of this hour."""
    first, last = (planning.moment(day, time(hour, minute), zone) for minute in (0, 59))
    return first.oddity == last.oddity == "skipped" and first.at == last.at and first.local.hour != hour
