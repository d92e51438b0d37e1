"""Everything that is held about a person as one zip: JSON for machines, pages for people, and the files themselves.

Rows are read and written one at a time, so a large account takes as little memory as a small one.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import IO, TYPE_CHECKING, Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy import registry
from accounts.privacy.registry import Anonymised, Deleted, Record

if TYPE_CHECKING:
    from accounts.privacy.registry import Beat

AT_ONCE: Final = 100
ROWS: Final = "(rows)"
"""Stands in the page of a table where its rows go, which are too many to hold at once."""

ROOT: Final = "../../"
"""The way from a page of a table to the root of the archive."""

# A moment that every zip program can show; when the copy was made stands in it.
STAMP: Final = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A table in the archive: where its two files lie, and how many rows they have."""

    record: Record
    data: str
    page: str
    rows: int

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def basis(self) -> str:
        return str(registry.Basis(self.record.basis).label)

    @property
    def erased(self) -> str:
        return how_erased(self.record)


class Sink:
    """Passes bytes on to a file that can neither be read nor moved in: zipfile then writes front to back."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.size = 0

    def write(self, data: bytes) -> int:
        self.file.write(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """There is nothing to do: the file sends what it has when a part is full."""


def write(file: Any, user: User, *, now: datetime, beat: Beat) -> tuple[int, int]:
    """Write the archive of a person into an open file; return its size and how many rows are in it."""
    sink = Sink(file)
    with (
        translation.override(user.locale),
        timezone.override(zone_of(user)),
        zipfile.ZipFile(cast(IO[bytes], sink), "w") as archive,
    ):
        parts = [part for record in registry.all() if (part := write_record(archive, record, user, beat))]
        page = {"user": user, "now": now, "apps": by_app(parts), "language": user.locale}
        write_text(archive, "index.html", [render_to_string("accounts/export/index.html", page)])
        write_text(archive, "style.css", [render_to_string("accounts/export/style.css")])
        write_text(archive, "manifest.json", [json.dumps(manifest(user, parts, now), ensure_ascii=False, indent=1)])
    return sink.size, sum(part.rows for part in parts)


def zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def write_record(archive: zipfile.ZipFile, record: Record, user: User, beat: Beat) -> Part | None:
    """Write what a table holds about the person; None, and nothing, for a table that holds nothing."""
    # Asked once: some can only be found by looking at every row of their table.
    rows = record.rows(user)
    if not rows.exists() and not any(mention.rows(user).exists() for mention in record.mentions):
        return None
    stem = f"{record.app}/{record.model._meta.object_name}"
    part = Part(record, f"data/{stem}.json", f"pages/{stem}.html", rows.count())
    write_text(archive, part.data, as_json(record, rows, user, beat))
    write_text(archive, part.page, as_page(part, rows, user, beat))
    if record.files:
        for row in each(record, rows, beat):
            for attached in record.files(row):
                with archive.open(info(attached.name, zipfile.ZIP_STORED), "w", force_zip64=True) as entry:
                    attached.copy(entry, beat)  # type: ignore[arg-type]  # it is written to, and nothing else
    return part


def each(record: Record, rows: QuerySet[Any], beat: Beat) -> Iterator[Any]:
    keys = [name for name in record.personal if isinstance(field_of(record.model, name), ForeignKey)]
    ordered = rows.order_by("pk")
    for row in (ordered.select_related(*keys) if keys else ordered).iterator(chunk_size=AT_ONCE):
        beat()
        yield row


def info(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name, STAMP)
    found.compress_type = compression
    return found


def write_text(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    with archive.open(info(name), "w", force_zip64=True) as entry:
        for piece in pieces:
            entry.write(piece.encode())


# --- For machines -----------------------------------------------------------------------------------------------------


def as_json(record: Record, rows: QuerySet[Any], user: User, beat: Beat) -> Iterator[str]:
    head = {"model": record.label, **declared(record)}
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    yield ',\n "rows": ['
    comma = ""
    for row in each(record, rows, beat):
        yield f"{comma}\n  {json.dumps(as_data(record, row), ensure_ascii=False)}"
        comma = ","
    yield '\n ],\n "mentions": ['
    comma = ""
    for mention in record.mentions:
        for pk in mention.rows(user).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE):
            beat()
            yield f"{comma}\n  {json.dumps({'id': plain(pk), 'field': mention.field})}"
            comma = ","
    yield "\n ]\n}\n"


def declared(record: Record) -> dict[str, Any]:
    return {
        "name": record.name,
        "purpose": str(record.purpose),
        "legal_basis": str(registry.Basis(record.basis).label),
        "kept": str(record.kept),
        "erased": how_erased(record),
        "fields": {name: label_of(record.model, name) for name in record.personal},
    }


def as_data(record: Record, row: Any) -> dict[str, Any]:
    found = {"id": plain(row.pk)}
    for name in record.personal:
        found[name] = record.shown[name](row) if name in record.shown else value_of(row, name)
    if record.files:
        found["files"] = [attached.name for attached in record.files(row)]
    return found


def value_of(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return {"id": plain(value.pk), "name": str(value)} if isinstance(value, Model) else plain(value)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal() | UUID() | timedelta():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return value


def manifest(user: User, parts: list[Part], now: datetime) -> dict[str, Any]:
    return {
        "made_at": now.isoformat(),
        "account": user.pk,
        "files": [
            {
                "model": part.record.label,
                "data": part.data,
                "page": part.page,
                "rows": part.rows,
                **declared(part.record),
            }
            for part in parts
        ],
    }


# --- For people -------------------------------------------------------------------------------------------------------


def as_page(part: Part, rows: QuerySet[Any], user: User, beat: Beat) -> Iterator[str]:
    page = {"part": part, "language": user.locale, "root": ROOT, "rows": ROWS}
    head, _rows, foot = render_to_string("accounts/export/page.html", page).partition(ROWS)
    yield head
    for row in each(part.record, rows, beat):
        files = [attached.name for attached in part.record.files(row)] if part.record.files else []
        values = {"lines": list(lines(part.record, row)), "files": files, "root": ROOT}
        yield render_to_string("accounts/export/row.html", values)
    for mention in part.record.mentions:
        label = label_of(part.record.model, mention.field)
        for pk in mention.rows(user).order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE):
            yield render_to_string("accounts/export/mention.html", {"label": label, "pk": pk})
    yield foot


def lines(record: Record, row: Any) -> Iterator[tuple[str, str, bool]]:
    """Yield each field of a row that says something: its label, its words, and whether they are many."""
    for name in record.personal:
        words = record.shown[name](row) if name in record.shown else getattr(row, name)
        if words in (None, "", [], {}):
            continue
        text = in_words(row, name, words)
        yield label_of(record.model, name), text, len(text) > 120 or "\n" in text


def in_words(row: Any, name: str, value: Any) -> str:
    display = getattr(row, f"get_{name}_display", None)
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case str() if display:
            return str(display())
        case datetime():
            return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return formats.date_format(value)
        case int() if display:
            return str(display())
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        case dict() | list():
            return json.dumps(plain(value), ensure_ascii=False, indent=1)
        case bytes() | memoryview():
            return bytes(value).hex()
        case _:
            return str(value)


def by_app(parts: list[Part]) -> list[tuple[str, list[Part]]]:
    return [
        (capfirst(str(apps.get_app_config(label).verbose_name)), list(found))
        for label, found in groupby(parts, key=lambda part: part.record.app)
    ]


@cache
def field_of(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))


def label_of(model: type[Model], name: str) -> str:
    return capfirst(str(field_of(model, name).verbose_name))


def how_erased(record: Record) -> str:
    if isinstance(record.erased, Deleted):
        return _("deleted")
    return str(record.erased.what if isinstance(record.erased, Anonymised) else record.erased.why)
