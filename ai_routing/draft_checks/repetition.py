"""Whether a draft goes round in circles: a sentence again, a phrase in a loop, one character in a row."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from ai_routing.draft_checks import words

SENTENCE: Final = re.compile(r"[^.!?…\n]+")
LONG_SENTENCE_WORDS: Final = 8
SENTENCE_WORDS: Final = 4
"""A sentence of these words may come twice (a refrain), a longer one once."""

LONGEST_PERIOD: Final = 12
FEWEST_FOR_SHARE: Final = 60
LEAST_DISTINCT_SHARE: Final = 0.5

RUN: Final = re.compile(r"([^\W_])\1{15,}|([!?.…])\2{19,}|([\u2600-\u27bf\U0001f000-\U0001faff])(?:\ufe0f?\s?\3){11,}")
"""A drawn-out word or a row of dashes is style."""


def sentence_again(text: str) -> bool:
    counts = Counter(
        tuple(words.WORD.findall(sentence)) for sentence in SENTENCE.findall(words.NO_LANGUAGE.sub(" ", text.lower()))
    )
    return any(
        number > (1 if len(found) >= LONG_SENTENCE_WORDS else 2)
        for found, number in counts.items()
        if len(found) >= SENTENCE_WORDS
    )


def times_allowed(period: int) -> int:
    """Return how often so many words may follow themselves: "very, very, very" is emphasis, and laughter is longer."""
    if period == 1:
        return 7
    return 3 if period <= 3 else 2


def loops(found: tuple[str, ...]) -> bool:
    """Tell whether some words follow themselves too often."""
    for period in range(1, min(LONGEST_PERIOD, len(found) // 2) + 1):
        needed = period * times_allowed(period)
        same = 0
        for before, word in zip(found, found[period:], strict=False):
            same = same + 1 if before == word else 0
            if same >= needed:
                return True
    return False


def is_poor(found: tuple[str, ...]) -> bool:
    """Tell whether a longer text is made of few phrases."""
    if len(found) < FEWEST_FOR_SHARE:
        return False
    triples = list(zip(found, found[1:], found[2:], strict=False))
    return len(set(triples)) < LEAST_DISTINCT_SHARE * len(triples)


def is_found(text: str) -> bool:
    found = words.words(text)
    return RUN.search(text) is not None or sentence_again(text) or loops(found) or is_poor(found)
