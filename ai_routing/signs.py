"""The signs in a text that routing weighs: which words of which kind stand in it, and how it is built. Pure and quick."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ai_routing import lexicon, wording
from ai_routing.routing import Need
from ai_routing.wording import Reading

LONG_CONTEXT_TOKENS: Final = 16_000
"""A text from so many tokens on is a long context, whatever it says."""

BYTES_PER_TOKEN: Final = 3.6
"""Of GPT-4o's vocabulary, over the evaluation prompts; rounded down, so that a window is not overrun."""

MOST: Final = 4
"""Of a kind of word, so many count; a text that repeats itself asks for no more."""

USUAL_WORDS: Final = 8
"""A short request; each doubling beyond it counts alike, and a shorter one counts down."""

PASTED: Final = 8
"""So many words of pasted material ask for as much as one word of the request."""

OPENING: Final = 8
"""The words in which most requests say what they want."""

MARKS: Final = {"tasks": "@", "depth": "%", "stakes": "!", "hints": "~", "asks": "?"}
"""What the name of a sign begins with, by its section of the lexicon."""


def of_section(section: str) -> tuple[str, ...]:
    return tuple(MARKS[section] + name for name in lexicon.LISTS[section])


TASKS: Final = of_section("tasks")
DEPTH: Final = of_section("depth")
STAKES: Final = of_section("stakes")
HINTS: Final = of_section("hints")


def index(sections: Iterable[str], read: Callable[[str, str], frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Return the signs that each entry of some sections belongs to."""
    found: dict[str, tuple[str, ...]] = {}
    for section in sections:
        for name in lexicon.LISTS[section]:
            for entry in sorted(read(section, name)):
                found[entry] = (*found.get(entry, ()), MARKS[section] + name)
    return found


BY_GRAM: Final = index(MARKS, lexicon.stems)
BY_WORD: Final = index(MARKS, lexicon.whole)
ANYWHERE_BY_GRAM: Final = index(["stakes", "asks"], lexicon.stems)
ANYWHERE_BY_WORD: Final = index(["stakes", "asks"], lexicon.whole)
"""What counts in pasted material too: a letter that threatens, a file to be read. Not how hard its own words are."""
TASK_BY_GRAM: Final = index(["tasks"], lexicon.stems)
TASK_BY_WORD: Final = index(["tasks"], lexicon.whole)


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found in a text: the entries of each sign, the signs of a task in its opening, and its shape."""

    found: Mapping[str, tuple[str, ...]]
    opening: frozenset[str]
    shape: Mapping[str, float]


def find(reading: Reading) -> Signs:
    """Return the signs in a text."""
    found: dict[str, list[str]] = {}
    add(found, BY_GRAM, reading.grams)
    add(found, BY_WORD, frozenset(reading.words))
    if reading.material:
        stems = tuple([word[: lexicon.STEM] for word in reading.material])
        add(found, ANYWHERE_BY_GRAM, frozenset(stems + wording.pairs(stems)))
        add(found, ANYWHERE_BY_WORD, frozenset(reading.material))
    return Signs({sign: tuple(entries) for sign, entries in found.items()}, opening(reading), shape(reading))


def add(found: dict[str, list[str]], signs: Mapping[str, tuple[str, ...]], words: frozenset[str]) -> None:
    # Sorted, because a set has no order of its own and what is found is told to people.
    for entry in sorted(words & signs.keys()):
        for sign in signs[entry]:
            if entry not in found.setdefault(sign, []):
                found[sign].append(entry)


def opening(reading: Reading) -> frozenset[str]:
    stems, words = reading.stems[:OPENING], reading.words[:OPENING]
    signs = [sign for gram in stems + wording.pairs(stems) for sign in TASK_BY_GRAM.get(gram, ())]
    return frozenset(signs + [sign for word in words for sign in TASK_BY_WORD.get(word, ())])


def shape(reading: Reading) -> dict[str, float]:
    """Return how what is asked is built, each figure bounded: doublings of words, numbers and pauses, questions, items.

    Pasted words count an eighth of those that ask, and their numbers, pauses and questions not at all.
    """
    numbers = len([word for word in reading.words if word.isdigit()])
    own = 1.0 - reading.quoted
    pauses = reading.text.count(",") + 2 * (reading.text.count(";") + reading.text.count(":"))
    return {
        "words": min(
            math.log2((1.0 + (len(reading.words) - numbers) * own + len(reading.material) / PASTED) / USUAL_WORDS), 6.0
        ),
        "numbers": min(math.log2(1.0 + numbers), 4.0),
        "pauses": min(math.log2(1.0 + pauses * own), 4.0),
        "questions": float(min(reading.text.count("?"), 2)),
        "items": float(min(reading.items, 6)),
        "quoted": reading.quoted,
    }


def of_task(reading: Reading, signs: Signs) -> set[str]:
    """Return the features that speak for one task type or another. A stem stands for itself; other names have a mark."""
    features = set(reading.stems)
    features.add("#any")
    features.update(signs.found)
    features.update(["^" + sign for sign in signs.opening])
    features.update([sign * 2 for sign in TASKS if len(signs.found.get(sign, ())) > 1])
    features.update(of_shape(reading, signs.shape))
    return features


def of_shape(reading: Reading, shape: Mapping[str, float]) -> list[str]:
    words = len(reading.words)
    present = {
        "#quoted": reading.quoted > 0.3,
        "#short": words <= 8,
        "#longish": 28 < words <= 45,
        "#long": words > 45,
        "#numbers": shape["numbers"] > 2.3,
        "#no numbers": shape["numbers"] == 0.0,
        "#question": shape["questions"] > 0.0,
    }
    return [name for name, is_present in present.items() if is_present]


def of_complexity(signs: Signs) -> dict[str, float]:
    """Return the features that make a request harder or easier, beside its task type."""
    features = dict(signs.shape)
    for sign in DEPTH:
        if sign in signs.found:
            features[sign] = float(min(len(signs.found[sign]), MOST))
    features["stakes"] = float(min(len(at_stake(signs)), MOST))
    return features


def at_stake(signs: Signs) -> list[str]:
    return [sign for sign in STAKES + HINTS if sign in signs.found]


def is_grave(signs: Signs) -> bool:
    """Tell whether something stands in the text that harm can come from, and not only hints of haste."""
    return not signs.found.keys().isdisjoint(STAKES)


def of_critical(signs: Signs) -> list[str]:
    """Return the features that make a request critical: what is at stake, and whether it is a case or a question about one."""
    stakes = at_stake(signs)
    grave = sum([len(signs.found[sign]) for sign in stakes if sign in STAKES])
    several = {"two at once": len(stakes) > 1, "three at once": len(stakes) > 2, "two words": grave > 1}
    kinds = [sign for sign in ("@legal", "@compliance", "@moderation", "@document", "@code") if sign in signs.found]
    return ["#any", *stakes, *kinds, *[name for name, is_so in several.items() if is_so]]


def needs(signs: Signs, context_tokens: int) -> frozenset[Need]:
    """Return what a model must be able to do, as far as the words say so."""
    found = {
        Need.JSON: "?json" in signs.found,
        Need.VISION: "?vision" in signs.found,
        Need.LONG_CONTEXT: context_tokens >= LONG_CONTEXT_TOKENS or "?long context" in signs.found,
    }
    return frozenset([need for need, is_needed in found.items() if is_needed])


def context_tokens(text: str) -> int:
    """Return about how many tokens `text` is, in any script: bytes tell it better than characters."""
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)
