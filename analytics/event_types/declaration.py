"""How an event type is declared, checked, and read when it was written by an older version.

    PAID = EventType(
        "invoice.paid", "Money came in for an invoice.", by="billing.stripe_money",
        fields={"invoice": ID, "currency": MONEY, "amount_minor": MINOR},
    )

A field that is added, dropped, renamed or counted otherwise makes a new version: what the fields were goes to `older`
with a function that makes the newer data of the old. Rows stay as they were written; `analytics.events.data_of` reads
each in the words of today. What a row says must be known from the row alone, so nothing is looked up on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.event_types.kinds import Kind

Data = dict[str, Any]
Fields = Mapping[str, Kind]


class InvalidEvent(Exception):
    """The event type is not declared, or its data does not hold the declared fields."""


@dataclass(frozen=True, slots=True)
class Older:
    """What the fields of a version were; `newer` makes the data of the version after it."""

    fields: Fields
    newer: Callable[[Data], Data]


@dataclass(frozen=True, slots=True)
class EventType:
    """`meaning` says in a sentence what happened, `by` which module records it. `older` begins with version 1."""

    name: str
    meaning: str
    by: str
    fields: Fields
    older: tuple[Older, ...] = ()

    @property
    def version(self) -> int:
        """The version that is written now."""
        return len(self.older) + 1

    def fields_of(self, version: int) -> Fields:
        """Return the fields of a version. Raises InvalidEvent for one that there never was."""
        if version == self.version:
            return self.fields
        if not 1 <= version < self.version:
            raise InvalidEvent(f"{self.name} has no version {version}")
        return self.older[version - 1].fields

    def check(self, data: Mapping[str, Any], *, version: int | None = None) -> None:
        """Raise InvalidEvent unless `data` holds exactly the fields of a version, the newest by default, with good values."""
        fields = self.fields if version is None else self.fields_of(version)
        if fields.keys() != data.keys():
            wrong = sorted(fields.keys() ^ data.keys())
            raise InvalidEvent(f"{self.name}: fields missing or not declared: {', '.join(wrong)}")
        for field, kind in fields.items():
            wrong_with_it = kind.fault(data[field])
            if wrong_with_it:
                raise InvalidEvent(f"{self.name}: {field} {wrong_with_it}")

    def read(self, data: Data, *, version: int) -> Data:
        """Return the data of a row, written in `version`, in the words of the newest one. Raises InvalidEvent."""
        self.fields_of(version)
        for one in self.older[version - 1 :]:
            data = one.newer(data)
        return data
