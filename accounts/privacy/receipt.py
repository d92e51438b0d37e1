"""What an erasure did, in words: by app, table and number. It names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.privacy import registry
from accounts.privacy.registry import Kept

DELETED: Final = "deleted"
ANONYMISED: Final = "anonymised"
KEPT: Final = "kept"

Report = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Line:
    """A table, and what was done in it."""

    app: str
    name: str
    deleted: int
    anonymised: int
    kept: int
    why: str


def by_app(report: Report) -> list[tuple[str, list[Line]]]:
    """Return what was done, for each app that something was done in."""
    found = sorted(lines(report), key=lambda line: line.app)
    return [(app, list(some)) for app, some in groupby(found, key=lambda line: line.app)]


def lines(report: Report) -> list[Line]:
    return [line(label, counts) for label, counts in sorted(report.items()) if any(counts.values())]


def line(label: str, counts: Mapping[str, int]) -> Line:
    record = registry.RECORDS.get(label)
    erased = record.erased if record else None
    return Line(
        app=app_name(label),
        name=record.name if record else label,
        deleted=counts.get(DELETED, 0),
        anonymised=counts.get(ANONYMISED, 0),
        kept=counts.get(KEPT, 0),
        why=str(erased.why) if isinstance(erased, Kept) else "",
    )


def app_name(label: str) -> str:
    """Return the app's name for people; a receipt may be older than the removal of an app."""
    try:
        return capfirst(str(apps.get_app_config(label.partition(".")[0]).verbose_name))
    except LookupError:
        return _("Other")
