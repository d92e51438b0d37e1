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
BREAK: Final = re.compile(r"\n[ \t]*(?:(?:-{3,}|={3,}|\*{3,}|_{3,}|`{3}\w*|\"{3})[ \t]*)?\n")
"""Between two blocks of a text: an empty line, or a line drawn with the keyboard."""
LONG: Final = 350
"""A block of more characters beside a shorter one is pasted: few people write their wishes at such length."""
AFTER_COLON: Final = 700
"""In a text of one block so much must follow the first colon, because wishes follow colons too."""
INTRODUCTION: Final = 200
LIST_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
FRENCH: Final = lexicon.words("languages", "fr")
ENGLISH: Final = lexicon.words("languages", "en")
OTHERS: Final = lexicon.words("languages", "other")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as routing sees it: what is asked, and beside it the material that was pasted to it.

    `words` have no accents and no capitals. `quoted` is the share of what is asked that stands in quotes.
    """

    text: str
    """What is asked, without the material."""
    words: tuple[str, ...]
    stems: tuple[str, ...]
    grams: frozenset[str]
    """The stems, and every two neighbours among them joined by a blank."""
    quoted: float
    items: int
    language: str
    """fr, en or other; of the material where what is asked does not tell."""
    material: tuple[str, ...]
    """The words of the material, in its order."""


def read(text: str) -> Reading:
    """Return what `text` is made of. Any text will do, also one of no words at all."""
    if len(text) > FIRST_CHARACTERS + LAST_CHARACTERS:
        text = f"{text[:FIRST_CHARACTERS]}\n{text[-LAST_CHARACTERS:]}"
    text, pasted = asked_and_pasted(text)
    words = tuple(WORD.findall(folded(text)))
    material = tuple(WORD.findall(folded(pasted))) if pasted else ()
    stems = tuple([word[: lexicon.STEM] for word in words])
    quoted = sum([len(quotation) for quotation in QUOTED.findall(text)])
    spoken = language(frozenset(words))
    return Reading(
        text=text,
        words=words,
        stems=stems,
        grams=frozenset(stems + pairs(stems)),
        quoted=quoted / len(text) if text else 0.0,
        items=len(LIST_ITEM.findall(text)),
        language=language(frozenset(material)) if spoken == "other" and material else spoken,
        material=material,
    )


def asked_and_pasted(text: str) -> tuple[str, str]:
    """Return what is asked, and the long blocks beside it: a mail, a draft, a transcript. Where all is long, all is asked."""
    if len(text) <= LONG:
        return text, ""
    blocks = BREAK.split(text)
    if len(blocks) == 1:
        return before_colon(text)
    asked = [block for block in blocks if len(block) <= LONG]
    if not any(WORD.search(folded(block)) for block in asked):
        return text, ""
    return "\n\n".join(asked), "\n\n".join([block for block in blocks if len(block) > LONG])


def before_colon(text: str) -> tuple[str, str]:
    colon = text.find(":", 0, INTRODUCTION)
    if colon < 0 or len(text) - colon < AFTER_COLON:
        return text, ""
    return text[:colon], text[colon + 1 :]


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
