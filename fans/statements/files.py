"""The files of statements: taken as text, read as a table, and kept as long as something in them may have to be mended."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import User
from fans.models import EarningImport
from fans.statements import columns

KEPT: Final = timedelta(days=30)
MOST_BYTES: Final = 1_000_000
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 60


class NoTable(Exception):
    """The file is no text, or has no line of column names with rows below it."""


class TooLarge(Exception):
    """The file has more bytes or rows than are read at once."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says: the names of its columns, and rows as long as those."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def heading(self) -> str:
        """What tells statements of the same make: their columns."""
        return hashlib.sha256("\x1f".join(self.columns).lower().encode()).hexdigest()


def decoded(data: bytes) -> str:
    """Return the text of a file, in whichever of the usual encodings it is. Raises NoTable and TooLarge."""
    if len(data) > MOST_BYTES:
        raise TooLarge
    for encoding in ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NoTable


def table(text: str) -> Table:
    """Return what the text of a file says, whatever stands between its columns. Raises NoTable and TooLarge."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        found = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise NoTable from error
    if len(found) < 2 or not 2 <= len(found[0]) <= MOST_COLUMNS:
        raise NoTable
    if len(found) > MOST_ROWS + 1:
        raise TooLarge
    names = [name.strip()[:120] for name in found[0]]
    width = len(names)
    return Table(names, [[*(cell.strip() for cell in row[:width]), *[""] * (width - len(row))] for row in found[1:]])


def keep(creator: User, name: str, data: bytes, *, now: datetime) -> EarningImport:
    """Store a statement, mapped like the last one of its make, or as its columns are called. Raises NoTable, TooLarge."""
    text = decoded(data)
    found = table(text)
    mapping = remembered(creator, found) or columns.guessed(found.columns)
    return EarningImport.objects.create(
        user=creator,
        name=name[:200],
        text=text,
        heading=found.heading,
        mapping=mapping,
        state=EarningImport.State.READY if columns.is_enough(mapping) else EarningImport.State.MAPPING,
        rows=len(found.rows),
        created_at=now,
    )


def remembered(creator: User, found: Table) -> dict[str, object] | None:
    """Return how the creator had a statement with these columns read before."""
    before = EarningImport.objects.for_user(creator).filter(heading=found.heading).exclude(state="mapping")
    return before.order_by("-pk").values_list("mapping", flat=True).first()


def forget_files(before: datetime, at_most: int) -> int:
    """Empty the files of statements from before; return how many."""
    rows = EarningImport.objects.filter(created_at__lt=before).exclude(text="")
    some = rows.order_by("created_at", "pk").values("pk")[:at_most]
    return EarningImport.objects.filter(pk__in=some).update(text="")
