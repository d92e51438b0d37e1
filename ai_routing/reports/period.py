"""The days that a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

MOST_DAYS: Final = 92
"""A quarter: what is asked for in one go stays bounded."""


class InvalidPeriod(ValueError):
    """The days cannot be reported on; the message says why, in words for an operator's log."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days (UTC) from `first` to `last`, both included. Raises InvalidPeriod when they are none or too many."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 1 <= self.length <= MOST_DAYS:
            raise InvalidPeriod(f"{self.first} to {self.last}: choose 1 to {MOST_DAYS} days")

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, UTC)

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last, time.min, UTC) + timedelta(days=1)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.length)]


def latest(days: int, *, now: datetime) -> Period:
    """Return the `days` days that end with today."""
    today = now.astimezone(UTC).date()
    return Period(today - timedelta(days=days - 1), today)
