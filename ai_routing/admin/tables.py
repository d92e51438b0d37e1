"""The tables of a report, for the page and for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise

Words = str | Promise
Value = Words | int | Decimal | date | datetime | None
SHOWN: Final = 31
"""The rows of a table that a page shows unasked: a month of days."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would carry out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how its values read: text, day, moment, count, cost, saving (both in USD), percent or wait (ms).

    `name` is the heading in a file, the same in every language.
    """

    name: str
    label: Words
    kind: str

    @property
    def is_number(self) -> bool:
        return self.kind in {"count", "cost", "saving", "percent", "wait"}


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a row, in the order of the columns; `url` is where its first value leads."""

    values: tuple[Value, ...]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    title: Words
    columns: Sequence[Column]
    rows: Sequence[Row]
    note: Words = ""

    @property
    def is_folded(self) -> bool:
        """Whether a page shows it only when asked: others come after it."""
        return len(self.rows) > SHOWN

    @property
    def lines(self) -> Iterator[tuple[str, list[tuple[str, bool, Value]]]]:
        """Yield each row as a template goes through it: where it leads, and the kind, looks and value of each cell."""
        looks = [(column.kind, column.is_number) for column in self.columns]
        for row in self.rows:
            yield row.url, [(*look, value) for look, value in zip(looks, row.values, strict=True)]

    def as_csv(self) -> str:
        """Return it as a file. What is not known is empty; numbers are exact, dates and times in UTC."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([written(value) for value in row.values])
        return file.getvalue()


def written(value: Value) -> str:
    """Return a value as it stands in a file. A text is never taken for a formula."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str | Promise) and text.startswith(FORMULA) else text
