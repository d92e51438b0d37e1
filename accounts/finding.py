"""What a person can find of their own by typing: each app says at start-up what it has.

    finding.register("posts", _("Posts"), search=posts_like)

`search` gets the person, what they typed, and how many rows are wanted; it finds nobody else's, by an index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from accounts.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_OF_EACH: Final = 5
# Shorter words match nearly everything.
SHORTEST: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was found: what it is called, where it is, and a few words on it."""

    label: str
    url: str
    icon: str
    detail: str = ""


Search = Callable[[User, str, int], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Source:
    label: str | _StrPromise
    search: Search


SOURCES: Final[dict[str, Source]] = {}


def register(name: str, label: str | _StrPromise, search: Search) -> None:
    """Let people find rows of a kind; the sources are asked in the order in which they were registered."""
    SOURCES[name] = Source(label, search)


def find(user: User, words: str) -> list[tuple[str, list[Found]]]:
    """Return what matches, by kind; nothing for less than two letters."""
    words = words.strip()
    if len(words) < SHORTEST:
        return []
    groups = [(str(source.label), list(source.search(user, words, MOST_OF_EACH))) for source in SOURCES.values()]
    return [(label, found) for label, found in groups if found]
