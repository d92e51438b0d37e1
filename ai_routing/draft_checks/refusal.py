"""Whether a draft refuses to be written, in English or French.

Creators say "I can't wait" and apologise for a day off, so a "cannot" alone is no refusal. It takes a phrase that only
a model says; or that it cannot *write*, with what is asked for ("this kind of content") or a rule or harm, and one hint
more: the other of the two, an apology, or an offer of something else.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

OPENING_CHARACTERS: Final = 400
"""A refusal comes first."""

TOPICS: Final = ("object", "reason")
MANNERS: Final = ("apology", "offer")
BARE_WORDS: Final = 10
"""A text of so few words that says what it cannot write, or why, says nothing else."""

SECTION: Final = re.compile(r"^\[(\w+)\]$")


def sections() -> dict[str, str]:
    """Return the sections of the file of phrases, each as one pattern."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (Path(__file__).parent / "refusal_phrases.txt").read_text(encoding="utf-8").splitlines():
        if heading := SECTION.match(line):
            lines = found.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {name: "|".join(lines) for name, lines in found.items()}


@functools.cache
def phrases() -> dict[str, re.Pattern[str]]:
    texts = sections()
    inability = rf"(?:{texts['cannot']}|{texts['ne_peut']}) ?(?:{texts['act']})"
    patterns = {"inability": inability} | {name: texts[name] for name in ("alone", *TOPICS, *MANNERS)}
    return {name: re.compile(text, re.IGNORECASE) for name, text in patterns.items()}


def is_found(text: str) -> bool:
    opening = text[:OPENING_CHARACTERS].replace("’", "'")
    found = phrases()
    if found["alone"].search(opening):
        return True
    if not found["inability"].search(opening):
        return False
    topics = sum(1 for name in TOPICS if found[name].search(opening))
    manners = sum(1 for name in MANNERS if found[name].search(opening))
    return topics > 0 and (topics + manners > 1 or len(opening.split()) <= BARE_WORDS)
