"""The processing register (GDPR, article 30), made from what the apps declare: for the privacy notice and docs/privacy.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.text import capfirst

from accounts.privacy import registry
from accounts.privacy.registry import Anonymised, Basis, Deleted, Record, Turn


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that data is held for: which data that is, why it may be, and how long."""

    purpose: str
    data: list[str]
    basis: list[str]
    kept: list[str]


def by_purpose() -> list[Purpose]:
    """Return every purpose in the language that is active, those of accounts first: what everybody has."""
    found: dict[str, list[Record]] = {}
    for record in reversed(registry.all()):
        found.setdefault(str(record.purpose), []).append(record)
    return [
        Purpose(
            purpose,
            distinct(word for record in records for word in data(record)),
            distinct(str(Basis(record.basis).label) for record in records),
            distinct(str(record.kept) for record in records),
        )
        for purpose, records in sorted(found.items(), key=lambda one: one[1][0].turn, reverse=True)
    ]


def data(record: Record) -> list[str]:
    """Return what a reader calls the data of a table: of the account itself each field, of others what their rows are."""
    options = record.model._meta
    if record.turn is Turn.LAST:
        return [str(getattr(options.get_field(name), "verbose_name", name)) for name in record.personal]
    # A table that only ties two others together says nothing that those do not.
    return [] if options.auto_created else [record.name]


def distinct(words: Iterable[str]) -> list[str]:
    return [capfirst(word) for word in dict.fromkeys(words)]


def as_markdown() -> str:
    """Return the table of docs/privacy.md."""
    with translation.override("en"):
        rows = [
            [
                f"`{record.model._meta.db_table}`",
                str(record.purpose),
                str(Basis(record.basis).label),
                str(record.kept),
                ", ".join(f"`{name}`" for name in [*record.personal, *(one.field for one in record.mentions)]),
                how(record),
            ]
            for record in registry.all()
        ]
    head = ["table", "what for", "why we may", "how long", "personal fields", "when the account is erased"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def how(record: Record) -> str:
    match record.erased:
        case Deleted(before=before):
            return "deleted, with what lies elsewhere" if before else "deleted"
        case Anonymised(what=what):
            return f"stays: {what}"
        case kept:
            return f"stays: {kept.why}"
