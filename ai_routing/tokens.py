"""Count tokens where no provider has told us: before a call, and after one that ended without usage."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import toktok

from ai_routing.providers.contract import Message

ENCODING = "o200k_base"
"""The vocabulary of GPT-4o and its successors; for other models a fair estimate."""

PER_MESSAGE = 3
PER_REPLY = 3
"""Framing tokens around each message and before the reply, as OpenAI's cookbook counts them."""

PER_IMAGE = 2_833
"""A picture in low detail, as GPT-4o mini counts it; GPT-4o and later ones take fewer: OpenAI's guide on images."""


def in_text(text: str) -> int:
    return count([text])


def in_messages(messages: Sequence[Message]) -> int:
    """Return the input tokens of a chat request."""
    return in_chat(tuple(messages))


@functools.lru_cache(maxsize=16)
def in_chat(messages: tuple[Message, ...]) -> int:
    # Remembered for a moment: routing, credits and budgets each ask for the same prompt.
    parts = [part for message in messages for part in (message.role, message.content)]
    images = sum(len(message.images) for message in messages)
    return count(parts) + PER_MESSAGE * len(messages) + PER_REPLY + PER_IMAGE * images


def count(texts: list[str]) -> int:
    return sum(int(number) for number in toktok.batch_count(texts, ENCODING, threads=1))
