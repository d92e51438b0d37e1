"""Prompt caching as it is documented for gpt-5.6 and newer: prompts are found again only up to a breakpoint.

A breakpoint is marked by the caller, or stands by itself at the end of the newest user or tool message. Up to there a prompt
is written when it has 1,024 tokens or more, which is billed and reported; what was written is read by prompts that have a
breakpoint at the same place after the same beginning. Nothing is rounded to steps. What is written lives 30 minutes; the vendor
may keep it longer, which is not counted on here.
developers.openai.com/api/docs/guides/prompt-caching, read on 2026-11-22.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from tests.fakes.openai_server.prompts import Prompt, Segment

MINIMUM_TOKENS = 1024
LIFETIME_SECONDS = 1800.0
_MOST_WRITES = 4
_MOST_READS = 80
_KEPT = 8_192

_Key = tuple[tuple[str, ...], tuple[Segment, ...]]


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Tokens that came from the cache, and those that were written to it; None where the vendor does not report them."""

    read: int = 0
    written: int | None = None


class BreakpointCache:
    """Beginnings of prompts and the time at which each ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, float] = OrderedDict()

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def read_and_write(self, shelf: tuple[str, ...], prompt: Prompt, *, now: float) -> CacheUse:
        """Look the prompt up and keep it up to its breakpoints. `shelf` names what shares a cache; `now` is in seconds."""
        writes = _writes(prompt)
        reads = sorted({*writes, *_reads(prompt)})[-_MOST_READS:]
        with self._lock:
            read = 0
            for place in reversed(reads):
                if self._kept.get((shelf, prompt.segments[:place]), 0.0) > now:
                    read = prompt.tokens_before(place)
                    break
            written = read
            for place in writes:
                tokens = prompt.tokens_before(place)
                if tokens > read and tokens >= MINIMUM_TOKENS:
                    self._keep((shelf, prompt.segments[:place]), now)
                    written = max(written, tokens)
        return CacheUse(read, written - read)

    def _keep(self, key: _Key, now: float) -> None:
        self._kept[key] = now + LIFETIME_SECONDS
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _writes(prompt: Prompt) -> list[int]:
    """Places, in numbers of segments, up to which this request writes."""
    if prompt.explicit_caching:
        return list(prompt.breakpoints[-_MOST_WRITES:])
    implicit = _ends_of_messages(prompt)[-1:]
    return sorted({*prompt.breakpoints[-_MOST_WRITES + 1 :], *implicit})


def _reads(prompt: Prompt) -> list[int]:
    """Places at which an earlier turn of the conversation, or another prompt, may have written."""
    if prompt.explicit_caching:
        return list(prompt.breakpoints)
    return [*prompt.breakpoints, *_ends_of_messages(prompt)]


def _ends_of_messages(prompt: Prompt) -> list[int]:
    return [place for place, segment in enumerate(prompt.segments, start=1) if segment.role in ("user", "tool")]
