"""Read what a sentence claims: its figures with what they count, and whether it says that something rose or fell.

What cannot be read for certain is no figure that anything bears out: `read` says so by raising Unreadable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final

PERCENT: Final = "%"
COUNT: Final = ""
SPACES: Final = "\u00a0\u202f\u2009 "
SIGNS: Final = {"€": "eur", "$": "usd", "£": "gbp", "¥": "jpy"}
CODES: Final = {
    "eur": "eur", "euro": "eur", "euros": "eur", "usd": "usd", "dollar": "usd", "dollars": "usd", "gbp": "gbp",
    "pound": "gbp", "pounds": "gbp", "chf": "chf", "cad": "cad", "aud": "aud", "jpy": "jpy", "yen": "jpy",
    "percent": PERCENT, "pourcent": PERCENT,
}  # fmt: skip
WORDS: Final = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
    "thousand": 1_000, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "cent": 100,
    "mille": 1_000, "zero": 0, "zéro": 0,
}  # fmt: skip
# A proportion in words is a figure that no fact holds.
PROPORTIONS: Final = re.compile(
    r"\b(?:doubl\w*|tripl\w*|quadrupl\w*|twice|half|halved|halves|thrice|third|quarter|dozens?|hundreds|thousands|"
    r"millions?|billions?|milliers?|centaines?|dizaines?|douzaines?|moitié|tiers|quart|fois|times)\b",
    re.IGNORECASE,
)
ROSE: Final = re.compile(
    r"\b(?:rose|risen|rising|rises?|grew|grown|grows?|growth|increas\w*|climb\w*|jump\w*|up|higher|more|"
    r"improv\w*|augment\w*|hausse|progress\w*|grimp\w*|croissance|bond\w*|plus|amélior\w*|mieux)\b",
    re.IGNORECASE,
)
FELL: Final = re.compile(
    r"\b(?:fell|fallen|falls?|falling|dropp?\w*|declin\w*|decreas\w*|shr[iau]nk\w*|down|lower|fewer|less|"
    r"worse\w*|baiss\w*|recul\w*|chut\w*|dimin\w*|moins|repli|pire)\b",
    re.IGNORECASE,
)
LOST: Final = re.compile(r"\b(?:los[est]\w*|left|stopped|quit\w*|perd\w*|parti\w*|arrêt\w*)\b", re.IGNORECASE)


class Unreadable(ValueError):
    """The sentence has something like a figure whose value nobody can tell for certain."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a sentence or a fact says it: how large, of what, and rounded to how many decimals."""

    value: Decimal
    unit: str = COUNT
    decimals: int = 0

    def tells(self, fact: Figure) -> bool:
        """Whether the fact's number, rounded as this one is, is this one. A minus may be said in words."""
        step = Decimal(1).scaleb(-self.decimals)
        rounded = {abs(fact.value).quantize(step, way) for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
        return self.unit == fact.unit and self.value in rounded


@dataclass(frozen=True, slots=True)
class Claims:
    """The figures of a sentence, and whether it says that something rose or fell, or that somebody was lost."""

    figures: tuple[Figure, ...]
    rose: bool
    fell: bool
    lost: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a language writes numbers: with groups of thousands, or without."""

    form: re.Pattern[str]
    decimal: str


FRENCH: Final = Numbers(
    re.compile(rf"[0-9]{{1,3}}(?:[{SPACES}][0-9]{{3}})+(?![0-9])(?:,[0-9]+)?|[0-9]+(?:,[0-9]+)?"), ","
)
ENGLISH: Final = Numbers(re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"), ".")


def read(sentence: str, language: str) -> Claims:
    """Return what a sentence claims, by the way numbers are written in its language. Raises Unreadable."""
    if PROPORTIONS.search(sentence):
        raise Unreadable("a proportion in words")
    numbers = FRENCH if language == "fr" else ENGLISH
    figures = [figure(found, sentence, decimal=numbers.decimal) for found in numbers.form.finditer(sentence)]
    # "Pour cent" is part of the number before it, and no hundred.
    rest = re.sub(r"\bpour\s+cent\b", " ", numbers.form.sub(" ", sentence), flags=re.IGNORECASE)
    if any(letter.isnumeric() for letter in rest):
        raise Unreadable("a number in another script, or a fraction")
    figures += [Figure(Decimal(WORDS[word])) for word in re.findall(r"[^\W\d_]+", rest.lower()) if word in WORDS]
    return Claims(tuple(figures), bool(ROSE.search(rest)), bool(FELL.search(rest)), bool(LOST.search(rest)))


def figure(found: re.Match[str], sentence: str, *, decimal: str) -> Figure:
    """Return the number that was found, in the unit that stands beside it. Raises Unreadable for a part of something."""
    before, after = sentence[: found.start()], sentence[found.end() :]
    # "3.5" in French, "12k", "v2", "10:30", "2/3".
    if re.search(r"[^\W_]$|\d[.,:/]$", before) or re.match(r"[^\W_]|[.,:/]\d", after):
        raise Unreadable("a number that is part of something else")
    whole, _point, decimals = found.group().partition(decimal)
    plain = re.sub(r"[^0-9]", "", whole)
    return Figure(Decimal(f"{plain}.{decimals}" if decimals else plain), unit_of(before, after), len(decimals))


def unit_of(before: str, after: str) -> str:
    """Return what a number counts, by the sign or the word beside it."""
    if (sign := before.rstrip(SPACES)[-1:]) in SIGNS:
        return SIGNS[sign]
    follows = after.lstrip(SPACES)
    if follows[:1] == PERCENT:
        return PERCENT
    if follows[:1] in SIGNS:
        return SIGNS[follows[0]]
    if re.match(r"pour\s+cent\b", follows, re.IGNORECASE):
        return PERCENT
    word = re.match(r"[^\W\d_]+", follows)
    return CODES.get(word.group().lower(), COUNT) if word else COUNT
