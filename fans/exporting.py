"""A creator's fans and books as files for a spreadsheet, written a row at a time, however many there are."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from content.exporting import BOM, Line, harmless
from fans.models import Earning, Fan

FAN_COLUMNS: Final = (
    "name",
    "identities",
    "language",
    "birthday",
    "tags",
    "do_not",
    "first_seen",
    "last_seen",
    "follows_since",
    "payments",
    "last_paid",
    "added",
)
EARNING_COLUMNS: Final = (
    "id",
    "when",
    "kind",
    "source",
    "platform",
    "fan",
    "currency",
    "gross",
    "fee",
    "net",
    "reference",
    "corrects",
    "note",
)


def fans(rows: Iterable[Fan]) -> Iterator[str]:
    """Yield a CSV file (UTF-8), with times in UTC. What a spreadsheet would compute stands behind an apostrophe."""
    return written(FAN_COLUMNS, (fan_row(fan) for fan in rows))


def earnings(rows: Iterable[Earning]) -> Iterator[str]:
    """Yield a CSV file like that of fans. Amounts are in units with a point, and never below zero: `kind` has the sign."""
    return written(EARNING_COLUMNS, (earning_row(row) for row in rows))


def written(columns: tuple[str, ...], rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield BOM + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([harmless(text) for text in row])


def fan_row(fan: Fan) -> list[str]:
    return [
        fan.name,
        ", ".join(f"{one.platform}:{one.handle}" for one in fan.identities.all()),
        fan.language,
        fan.birthday.isoformat() if fan.birthday else "",
        ", ".join(tag.name for tag in fan.tags.all()),
        " | ".join(fan.do_not),
        moment(fan.first_seen_at),
        moment(fan.last_seen_at),
        moment(fan.followed_at),
        str(fan.payments),
        moment(fan.last_paid_at),
        moment(fan.created_at),
    ]


def earning_row(row: Earning) -> list[str]:
    return [
        str(row.pk),
        moment(row.occurred_at),
        str(row.kind),
        str(row.source),
        str(row.platform),
        row.fan.name if row.fan else "",
        str(row.currency).upper(),
        amount(row.gross_minor),
        amount(row.fee_minor),
        amount(row.net_minor),
        row.external_id,
        str(row.corrects_id or ""),
        row.note,
    ]


def amount(minor: int) -> str:
    return str(Decimal(minor).scaleb(-2))


def moment(time: datetime | None) -> str:
    return time.isoformat() if time else ""
