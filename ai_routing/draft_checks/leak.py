"""Whether a draft recites the system text that it was written under."""

from __future__ import annotations

import functools
from typing import Final

from ai_routing.draft_checks import words

RUN_WORDS: Final = 12
"""So many words in a row are no accident; a brief that quotes fewer is common speech."""


def runs(text: str) -> list[str]:
    found = words.words(text)
    return [" ".join(found[start : start + RUN_WORDS]) for start in range(len(found) - RUN_WORDS + 1)]


@functools.lru_cache(maxsize=64)
def runs_of(protected: str) -> frozenset[str]:
    return frozenset(runs(protected))


def is_found(text: str, protected: str) -> bool:
    return bool(protected) and not runs_of(protected).isdisjoint(runs(text))
