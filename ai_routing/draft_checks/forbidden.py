"""Whether a draft says what it must not: whole words and phrases, whatever their case and accents."""

from __future__ import annotations

import functools
import re
from typing import Final

from ai_routing.draft_checks import words

ELISION: Final = re.compile(
    r"(?<!\w)(?:[cdjlmnst]|qu|lorsqu|puisqu|quoiqu|jusqu|presqu|un|dell|all|dall|nell|sull|quest)'(?=\w)"
)
BETWEEN: Final = r"[\s\-]+"


# "can" is no part of "can't", nor "hui" of "aujourd'hui"; but "Marie" is said in "Marie's".
WORD_BEGINS: Final = r"(?<!\w)(?<!\w')"
WORD_ENDS: Final = r"(?!\w)(?!'(?!s\b)\w)"


@functools.lru_cache(maxsize=256)
def pattern(terms: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of the terms in a folded text; None for no terms."""
    kinds: dict[tuple[str, str], set[str]] = {}
    for term in terms:
        if pieces := [re.escape(piece) for piece in re.split(BETWEEN, separated(term).strip()) if piece]:
            # What is no word, such as an emoji, is said wherever it stands.
            begins = WORD_BEGINS if re.match(r"\w", pieces[0]) else ""
            ends = WORD_ENDS if re.search(r"\w\Z", pieces[-1]) else ""
            kinds.setdefault((begins, ends), set()).add(BETWEEN.join(pieces))
    if not kinds:
        return None
    return re.compile(
        "|".join(f"{begins}(?:{'|'.join(sorted(found))}){ends}" for (begins, ends), found in kinds.items())
    )


def separated(text: str) -> str:
    """Return a folded text in which an elided article is a word of its own: "l'abonnement" says "abonnement"."""
    return ELISION.sub(lambda found: f"{found[0]} ", words.folded(text))


def says(text: str, terms: tuple[str, ...]) -> bool:
    found = pattern(terms)
    return found is not None and found.search(separated(text)) is not None
