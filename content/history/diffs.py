"""What changed between two texts, by word."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Final, Literal

WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]+")
MOST_WORDS: Final = 6_000
"""Longer texts are compared by line: a comparison takes time by the square of its pieces."""


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Literal["same", "gone", "new"]
    text: str


def diff(before: str, after: str) -> list[Piece]:
    """Return the pieces that `before` and `after` are made of, in order.

    Those that are not new make up `before`, those that are not gone `after`.
    """
    old, new = pieces(before), pieces(after)
    found: list[Piece] = []
    for operation, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(Piece("gone", "".join(old[a:b])))
        if d > c:
            found.append(Piece("new", "".join(new[c:d])))
    return smooth(found)


def pieces(text: str) -> list[str]:
    words = WORDS.findall(text)
    return words if len(words) <= MOST_WORDS else text.splitlines(keepends=True)


def smooth(found: list[Piece]) -> list[Piece]:
    """Join changes that only a space lies between: "one two" for "three four" is read as one change."""
    joined: list[Piece] = []
    gone = new = ""
    for index, piece in enumerate(found):
        between = piece.kind == "same" and not piece.text.strip() and "\n" not in piece.text
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        elif between and gone and new and index + 1 < len(found):
            gone, new = gone + piece.text, new + piece.text
        else:
            joined += changed(gone, new)
            gone = new = ""
            joined.append(piece)
    return [*joined, *changed(gone, new)]


def changed(gone: str, new: str) -> list[Piece]:
    return [*([Piece("gone", gone)] if gone else []), *([Piece("new", new)] if new else [])]
