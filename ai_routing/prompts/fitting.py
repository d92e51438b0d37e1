"""Keep untrusted parts of a prompt within a number of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import toktok

from ai_routing import tokens
from ai_routing.prompts import fencing
from ai_routing.providers.contract import Message

FRAME_TOKENS: Final = 16
"""What marks and role add to a turn, at most."""


def size(text: str) -> int:
    return tokens.in_text(text)


def cut(text: str, limit: int) -> str:
    """Return the beginning of a text that has at most `limit` tokens, made safe to put between marks.

    It is made safe again after the cut, which may have made a mark of a longer word.
    """
    return fencing.fenced(str(toktok.truncate(fencing.fenced(text), max(limit, 0), tokens.ENCODING)[0]))


def newest(turns: Sequence[Message], limit: int, *, between_marks: bool = True) -> list[Message]:
    """Return the newest turns that fit `limit` tokens together, oldest first, beginning with the creator's.

    When the newest alone does not fit, it is cut. Whoever is not the assistant is the creator: nothing kept in a
    conversation may speak as the system. `between_marks` is whether the creator's turns stand between the brief's.
    """
    kept: list[Message] = []
    left = limit
    for turn in reversed(turns):
        said = spoken(turn, between_marks=between_marks)
        used = tokens.in_text(said.content) + tokens.PER_MESSAGE + 1
        if used > left:
            if not kept and left > FRAME_TOKENS:
                short = Message(turn.role, cut(turn.content, left - FRAME_TOKENS))
                kept.append(spoken(short, between_marks=between_marks))
            break
        kept.append(said)
        left -= used
    while kept and kept[-1].role == "assistant":
        kept.pop()
    return kept[::-1]


def spoken(turn: Message, *, between_marks: bool) -> Message:
    """Return a turn as it is sent: the creator's between marks, the assistant's as it was."""
    if turn.role == "assistant":
        return Message("assistant", fencing.fenced(turn.content))
    said = fencing.between(fencing.BRIEF, turn.content) if between_marks else fencing.fenced(turn.content)
    return Message("user", said)


def first(parts: Iterable[str], limit: int) -> list[str]:
    """Return the parts, in order, that fit `limit` tokens together; one that does not is left out, not cut."""
    kept = []
    left = limit
    for part in parts:
        used = tokens.in_text(part) + 1
        if used <= left:
            kept.append(part)
            left -= used
    return kept
