"""A text as the rules read it, and the way back to the words as they were written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ai_routing.draft_checks.words import APOSTROPHES, INVISIBLE

# Letters of other alphabets and figures that pass for ours: "nudеs" with a Cyrillic е.
LOOKALIKES: Final = str.maketrans("аеорсухіѕԁԛѡкмтвнАЕОРСУХІЅКМТВН", "aeopcyxisdqwkmtbhAEOPCYXISKMTBH")
SPACES: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` without case, accents and tricks of the eye; `places` has, for each letter of it, where it stood."""

    text: str
    places: tuple[int, ...]
    written: str

    def excerpt(self, start: int, end: int) -> str:
        """Return what was written where the folded text has a find."""
        first, last = self.places[start], self.places[end - 1]
        return self.written[first : last + 1]


def fold(written: str) -> Folded:
    """Return a text as it compares, letter by letter."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(written):
        if INVISIBLE.match(character):
            continue
        plain = character.translate(LOOKALIKES).translate(APOSTROPHES).casefold()
        for letter in unicodedata.normalize("NFKD", plain):
            if unicodedata.combining(letter):
                continue
            # Line breaks end a sentence, so they stay what they are.
            letters.append(" " if SPACES.match(letter) and letter != "\n" else letter)
            places.append(place)
    return Folded("".join(letters), tuple(places), written)
