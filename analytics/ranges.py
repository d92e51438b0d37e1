"""A range of days, the one before it to compare with, and the steps in which both are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from accounts.middleware import time_zone
from accounts.models import User

DAY: Final = timedelta(days=1)
PRESETS: Final = ("7d", "30d", "90d", "12m")
CUSTOM: Final = "custom"
DEFAULT: Final = "30d"
MOST_DAYS: Final = 731
"""A longer range is refused: two years and their own two years before are what pages are fast for."""
DAYS_DRAWN_SINGLY: Final = 92

Step = Literal["day", "month"]


class InvalidRange(ValueError):
    """The range that was asked for cannot be shown; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`, both included, in the days of `zone`."""

    start: date
    end: date
    zone: tzinfo
    preset: str = CUSTOM

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def before(self) -> Range:
        """The range that this one is compared with: as many days right before it; of twelve months, the twelve before."""
        end = self.start - DAY
        start = months_back(self.start, 12) if self.preset == "12m" else self.start - DAY * self.days
        return Range(start, end, self.zone, self.preset)

    @property
    def step(self) -> Step:
        return "day" if self.days <= DAYS_DRAWN_SINGLY else "month"

    @property
    def starts_at(self) -> datetime:
        """The moment at which the range begins, in UTC."""
        return midnight(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the range, in UTC."""
        return midnight(self.end + DAY, self.zone)

    @property
    def query(self) -> dict[str, str]:
        """What an address says to mean this range."""
        if self.preset != CUSTOM:
            return {"range": self.preset}
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    def steps(self) -> Iterator[date]:
        """Yield the first day of each step, in order. A first month may begin in the middle."""
        day = self.start if self.step == "day" else self.start.replace(day=1)
        while day <= self.end:
            yield day
            day = day + DAY if self.step == "day" else months_back(day, -1)


def zone_of(user: User) -> tzinfo:
    return time_zone(user) or UTC


def today(user: User, *, now: datetime) -> date:
    """Return the day on the account's own clock."""
    return now.astimezone(zone_of(user)).date()


def asked(user: User, said: Mapping[str, str], *, now: datetime) -> Range:
    """Return the range that an address asks for: `range` is one of PRESETS, or `from` and `to` are days. Else 30 days.

    Raises InvalidRange.
    """
    end = today(user, now=now)
    if said.get("from") or said.get("to"):
        return custom(user, said.get("from", ""), said.get("to", ""), today=end)
    return preset(user, said.get("range") or DEFAULT, today=end)


def preset(user: User, name: str, *, today: date) -> Range:
    """Return one of PRESETS, up to today. Raises InvalidRange."""
    if name not in PRESETS:
        raise InvalidRange(f"range must be one of {', '.join(PRESETS)}, or give from and to.")
    start = months_back(today, 12) + DAY if name == "12m" else today - DAY * (int(name.removesuffix("d")) - 1)
    return Range(start, today, zone_of(user), name)


def custom(user: User, first: str, last: str, *, today: date) -> Range:
    try:
        start = date.fromisoformat(first) if first else None
        end = date.fromisoformat(last) if last else today
    except ValueError as error:
        raise InvalidRange("from and to must be days, as 2026-11-28.") from error
    start = start or end - DAY * 29
    if start > end:
        raise InvalidRange("from must not be after to.")
    if (end - start).days >= MOST_DAYS:
        raise InvalidRange(f"A range has at most {MOST_DAYS} days.")
    if end > today or start.year < 2000:
        raise InvalidRange("A range lies between the year 2000 and today.")
    return Range(start, end, zone_of(user))


def months_back(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - DAY).day))


def midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
