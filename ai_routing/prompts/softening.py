"""A gentler wording of a brief that a provider's content filter refused, to be offered to its creator.

It is a table and no model: what it changes can be shown word by word, and nothing else of the brief is touched. The
words are in `softening.json`: pairs of forms, separated by "|" in the same order on both sides.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SOFTENED: Final = frozenset({"sexual", "violence"})
"""Categories of filters in which a gentler word can make a brief acceptable."""

REFUSED: Final = frozenset({"hate", "self_harm"})
"""Categories in which no wording makes it so: then nothing is offered."""

VARIANTS: Final = {
    "a": "aàâäáãå",
    "c": "cç",
    "e": "eéèêë",
    "i": "iîïíì",
    "o": "oôöóòõ",
    "u": "uùûüú",
    "n": "nñ",
    "y": "yÿ",
    "'": "'’ʼ",
}
ACCENTS: Final = "\u0300-\u036f"
AGE: Final = re.compile(
    r"\b(?:[0-9]|1[0-7]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept)"
    r"[\s-]*(?:years?|yrs?|y/?o|ans)\b",
    re.IGNORECASE,
)
"""An age below 18. That "for ten years" looks the same costs an offer, and nothing more."""


@dataclass(frozen=True, slots=True)
class Softened:
    """A brief as it is offered, and each change as (before, after). Without changes there is nothing to offer."""

    text: str
    changes: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the offer as a problem body carries it."""
        changes = [{"before": before, "after": after} for before, after in self.changes]
        return {"prompt": self.text, "changes": changes}


@dataclass(frozen=True, slots=True)
class Table:
    """The words of a language and some categories, and the pattern that finds them."""

    pattern: re.Pattern[str]
    exact: Mapping[str, str]
    without_accents: Mapping[str, str]

    def after(self, before: str) -> str | None:
        """Return what takes the place of a word, its first letter as large as it was."""
        after = self.exact.get(composed(before)) or self.without_accents.get(bare(before))
        if after and before[:1].isupper():
            return after[:1].upper() + after[1:]
        return after


def soften(brief: str, *, language: str, categories: Iterable[str]) -> Softened:
    """Return the brief with the words that filters refuse in these categories said more gently.

    No categories means that the filter named none, and all tables are used. Nothing is offered for hate and
    self-harm, for what may concern a minor or happens without consent, and where no word of the brief is in a table.
    """
    named = frozenset(categories)
    usable = (named or SOFTENED) & SOFTENED
    if named & REFUSED or not usable or is_beyond_words(brief):
        return Softened(brief, ())
    table = table_of("fr" if language == "fr" else "en", usable)
    changes: dict[tuple[str, str], None] = {}

    def replaced(found: re.Match[str]) -> str:
        after = table.after(found[0])
        if after is None:
            return found[0]
        changes[(found[0], after)] = None
        return after

    text, before = table.pattern.sub(replaced, brief), brief
    # What was put in may have made a listed phrase with the words beside it; each round uses up words of the brief.
    while text != before:
        text, before = table.pattern.sub(replaced, text), text
    return Softened(text, tuple(changes))


def is_beyond_words(brief: str) -> bool:
    """Return whether a brief may concern a minor, or acts without consent, in either language."""
    return bool(never().search(brief) or AGE.search(brief))


@functools.lru_cache(maxsize=8)
def table_of(language: str, categories: frozenset[str]) -> Table:
    exact: dict[str, str] = {}
    for category in sorted(categories):
        for befores, afters in words()[language][category]:
            exact.update(zip(map(composed, befores.split("|")), afters.split("|"), strict=True))
    without_accents: dict[str, str] = {}
    for before, after in exact.items():
        without_accents.setdefault(bare(before), after)
    return Table(pattern_of(exact), exact, without_accents)


@functools.lru_cache(maxsize=1)
def never() -> re.Pattern[str]:
    return pattern_of([word for each in words()["never"].values() for word in each])


@functools.lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return tables


def pattern_of(listed: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the listed words, longest first, with or without their accents."""
    ordered = sorted({bare(word) for word in listed}, key=lambda word: (-len(word), word))
    return re.compile(
        rf"(?<![\w{ACCENTS}])(?:{'|'.join(map(spelled, ordered))})(?![\w{ACCENTS}])",
        re.IGNORECASE,
    )


def spelled(word: str) -> str:
    return "".join(
        r"\s+" if letter == " " else f"[{VARIANTS[letter]}][{ACCENTS}]*" if letter in VARIANTS else re.escape(letter)
        for letter in word
    )


def composed(text: str) -> str:
    """Return a word as the tables have it: small letters, single spaces, straight apostrophes."""
    straight = text.replace("’", "'").replace("ʼ", "'")
    return " ".join(unicodedata.normalize("NFC", straight.casefold()).split())


def bare(text: str) -> str:
    letters = unicodedata.normalize("NFD", composed(text))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
