"""What the rows behind figures are called, and where they are shown. The apps that own them register how to look it up.

An event names rows by id alone, and this app knows none of their tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Name:
    """What a row is called, and its page; "" where it has none."""

    label: str
    url: str = ""


Lookup = Callable[[User, list[str]], Mapping[str, Name]]
"""Names those of the ids that are the user's own, with one query."""

lookups: Final[dict[str, Lookup]] = {}


def register(kind: str, lookup: Lookup) -> None:
    """Say how rows of a kind ("content", "fan") are named."""
    lookups[kind] = lookup


def names(kind: str, user: User, ids: Iterable[str]) -> Mapping[str, Name]:
    """Return the names of those that exist and are the user's own. One query, or none when nothing is asked for."""
    wanted = sorted({one for one in ids if one})
    lookup = lookups.get(kind)
    return lookup(user, wanted) if lookup and wanted else {}
