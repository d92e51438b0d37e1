"""Whether a draft refuses to be written, in English or French.

Creators say "I can't wait" and apologise for a day off, so a "cannot" alone is no refusal. It takes a phrase that only
a model says, or its inability to write such a thing together with an apology, a rule or an offer of something else.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

OPENING_CHARACTERS: Final = 400
"""A refusal comes first."""

SECTION: Final = re.compile(r"^\[(\w+)\]$")


@functools.cache
def phrases() -> dict[str, re.Pattern[str]]:
    """Return the sections of the file of phrases, each as one pattern."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (Path(__file__).parent / "refusal_phrases.txt").read_text(encoding="utf-8").splitlines():
        if heading := SECTION.match(line):
            lines = sections.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            lines.append(line)
    cannot, ne_peut = (f"(?:{'|'.join(sections[name])})" for name in ("cannot", "ne_peut"))
    return {
        name: re.compile("|".join(lines).replace("{cannot}", cannot).replace("{ne_peut}", ne_peut), re.IGNORECASE)
        for name, lines in sections.items()
    }


def is_found(text: str) -> bool:
    text = text.replace("’", "'")
    opening = text[:OPENING_CHARACTERS]
    found = phrases()
    if found["alone"].search(opening):
        return True
    return found["inability"].search(opening) is not None and found["support"].search(text) is not None
