"""What a text is made of, as far as routing looks: its words, their stems, its language and its shape. Pure and quick."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ai_routing import lexicon

FIRST_CHARACTERS: Final = 3_000
LAST_CHARACTERS: Final = 1_000
"""Of a longer text only its beginning and its end are read: there stands what is asked, between them what it is about."""

# French quotes open in both languages; an apostrophe opens nothing, because it stands inside words.
QUOTED: Final = re.compile(r'"[^"]*"|«[^«»]*»|“[^“”]*”')
WORD: Final = re.compile(r"[a-z]+|\d+")
LIST_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
FRENCH: Final = lexicon.words("languages", "fr")
ENGLISH: Final = lexicon.words("languages", "en")
OTHERS: Final = lexicon.words("languages", "other")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as routing sees it. `words` have no accents and no capitals; `quoted` is the share that stands in quotes."""

    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    grams: frozenset[str]
    """The stems, and every two neighbours among them joined by a blank."""
    quoted: float
    items: int
    language: str
    """fr, en or other."""


def read(text: str) -> Reading:
    """Return what `text` is made of. Any text will do, also one of no words at all."""
    if len(text) > FIRST_CHARACTERS + LAST_CHARACTERS:
        text = f"{text[:FIRST_CHARACTERS]}\n{text[-LAST_CHARACTERS:]}"
    words = tuple(WORD.findall(folded(text)))
    stems = tuple([word[: lexicon.STEM] for word in words])
    quoted = sum([len(quotation) for quotation in QUOTED.findall(text)])
    return Reading(
        text=text,
        words=words,
        stems=stems,
        grams=frozenset(stems + pairs(stems)),
        quoted=quoted / len(text) if text else 0.0,
        items=len(LIST_ITEM.findall(text)),
        language=language(frozenset(words)),
    )


def pairs(stems: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([f"{first} {second}" for first, second in pairwise(stems)])


def folded(text: str) -> str:
    """Return `text` in small letters, without accents and apostrophes."""
    text = text.lower().replace("'", " ")
    if text.isascii():
        return text
    text = text.replace("’", " ").replace("œ", "oe").replace("—", " ")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def language(words: Set[str]) -> str:
    """Return fr, en or other, by the small words that each language cannot do without."""
    french, english, others = len(words & FRENCH), len(words & ENGLISH), len(words & OTHERS)
    if others > max(french, english) or french == english == 0:
        return "other"
    return "fr" if french > english else "en"
