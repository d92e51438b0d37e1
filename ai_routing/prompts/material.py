"""A creator's own data in a prompt, each piece under the reference by which an answer cites it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ai_routing.prompts import fencing, fitting

TOKENS: Final = 6_000
PIECE_TOKENS: Final = 1_500
"""The most that one piece may take of them."""


@dataclass(frozen=True, slots=True)
class Material:
    """A piece of the creator's own data; an answer cites it as [ref]. All of it is untrusted."""

    ref: str
    title: str
    text: str


def between_marks(material: Sequence[Material]) -> list[str]:
    """Return the pieces that fit, in order, each between its marks, and a line about what did not fit."""
    kept = fitting.first(
        (
            fencing.between(
                fencing.MATERIAL,
                f"Title: {fencing.one_line(piece.title)}\n{fitting.cut(piece.text, PIECE_TOKENS)}",
                ref=piece.ref,
            )
            for piece in material
        ),
        TOKENS,
    )
    left_out = len(material) - len(kept)
    return [*kept, f"Left out for length: {left_out}"] if left_out else kept


def as_lines(material: Sequence[Material], limit: int) -> list[str]:
    """Return the pieces that fit `limit` tokens together, a line each, the last one cut."""
    lines = []
    left = limit
    for piece in material:
        line = fitting.cut(f"[{fencing.reference(piece.ref)}] {fencing.one_line(f'{piece.title}: {piece.text}')}", left)
        left -= fitting.size(line) + 1
        if not line or left < 0:
            break
        lines.append(line)
    return lines
