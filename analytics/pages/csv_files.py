"""Figures as CSV files (RFC 4180, UTF-8): raw values, so that a spreadsheet can reckon with them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.http import StreamingHttpResponse

from analytics import events
from analytics.models import Event

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
BOM: Final = "\ufeff"
"""Without it, spreadsheets take UTF-8 for something else."""


class Line:
    """Where the csv module writes to: it hands each line on."""

    def write(self, text: str) -> str:
        return text


def answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return a file of rows, written one by one."""
    return StreamingHttpResponse(
        (part.encode() for part in lines(columns, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="huntaze-{name}.csv"'},
    )


def lines(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield BOM + writer.writerow(columns)
    for row in rows:
        yield writer.writerow(["" if value is None else harmless(value) for value in row])


def harmless(value: Any) -> str:
    """Return a value as text; words that a spreadsheet would compute stand behind an apostrophe."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def of_events(metric: str, found: Iterable[Event]) -> StreamingHttpResponse:
    """Return the events behind a figure; times are UTC, the fields of the event stand in one column as JSON."""
    rows = (
        (
            event.created_at.isoformat(),
            event.event,
            json.dumps(events.data_of(event), ensure_ascii=False, sort_keys=True),
        )
        for event in found
    )
    return answer(metric.replace(".", "-"), ("at", "event", "data"), rows)
