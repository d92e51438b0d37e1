"""What the checks of a draft share: its words, and its spelling without what the eye does not weigh."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
NO_LANGUAGE: Final = re.compile(
    r"https?://\S+|www\.\S+|\b[\w.+\-]{1,64}@[\w\-]{1,64}\.\w[\w.]{0,64}|[#@][\w.]+|\{\{[^{}\n]{0,60}\}\}"
)
"""URLs, addresses, hashtags, handles and template variables: they belong to no language and make no length."""

TRAILING_HASHTAGS: Final = re.compile(r"(?:\s*#\w+)+\s*$")
INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]")
APOSTROPHES: Final = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "＇": "'", "œ": "oe", "æ": "ae", "‐": "-", "‑": "-"})


# Most checks of a draft ask for the words of the same text, one after the other.
@functools.lru_cache(maxsize=4)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without hashtags, handles, addresses and emoji."""
    return tuple(word.replace("’", "'") for word in WORD.findall(NO_LANGUAGE.sub(" ", text).lower()))


def folded(text: str) -> str:
    """Return a text as it compares: no case, accents, ligatures or invisible characters, one kind of apostrophe."""
    plain = INVISIBLE.sub("", text).casefold().translate(APOSTROPHES)
    if plain.isascii():
        return plain
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
