"""The vendor's automatic prompt caching, as it is documented for the models before gpt-5.6.

A prompt reads from the cache when its first 1,024 tokens or more are those of a prompt seen not long ago. What is read comes
in steps: 1,024 tokens, then 128 more each.
"""

import threading
from collections import OrderedDict

import toktok

from tests.fakes.openai_server.prompts import ENCODING, Prompt, Segment, count

MINIMUM_TOKENS = 1024
STEP_TOKENS = 128
# The vendor's machines keep only so much; it also bounds the work of a look-up.
_PROMPTS_KEPT = 64

_Kept = OrderedDict[tuple[Segment, ...], tuple[Prompt, float]]


class PromptCache:
    """Prompts of the last minutes. `idle_seconds` is how long one lives after its last use."""

    def __init__(self, *, idle_seconds: float) -> None:
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], _Kept] = {}

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def read_and_keep(self, shelf: tuple[str, ...], prompt: Prompt, *, now: float) -> int:
        """Say how many tokens of the prompt come from the cache, and keep the prompt for the next one.

        `shelf` names what shares a cache: provider, model and the caller's cache key. `now` is in seconds.
        """
        if prompt.tokens < MINIMUM_TOKENS:
            return 0
        with self._lock:
            kept = self._kept.setdefault(shelf, OrderedDict())
            self._drop_expired(kept, now)
            nearest = max(
                (other for other, _ in kept.values()), key=lambda other: _likeness(prompt, other), default=None
            )
            cached = 0 if nearest is None else shared_tokens(prompt, nearest)
            if nearest is not None and cached:
                self._touch(kept, nearest, now)
            self._touch(kept, prompt, now)
            while len(kept) > _PROMPTS_KEPT:
                kept.popitem(last=False)
        return cached

    def _drop_expired(self, kept: _Kept, now: float) -> None:
        for key in [key for key, (_, used_at) in kept.items() if now - used_at > self._idle_seconds]:
            del kept[key]

    def _touch(self, kept: _Kept, prompt: Prompt, now: float) -> None:
        kept[prompt.segments] = (prompt, now)
        kept.move_to_end(prompt.segments)


def shared_tokens(prompt: Prompt, other: Prompt) -> int:
    """Count the tokens at the start of both prompts, rounded down to what the vendor reports: 0, 1024, 1152, …"""
    same = _same_segments(prompt, other)
    before = sum(segment.overhead for segment in prompt.segments[:same]) + sum(prompt.text_tokens[:same])
    if same == len(prompt.segments) == len(other.segments):
        return _step(prompt.tokens)
    if same == min(len(prompt.segments), len(other.segments)):
        return _step(before)
    mine, theirs = prompt.segments[same], other.segments[same]
    if (mine.role, mine.overhead) != (theirs.role, theirs.overhead):
        return _step(before)
    before += mine.overhead
    common = mine.text[: _same_characters(mine.text, theirs.text)]
    shared = _step(before + count(common))
    # Texts that part in the middle of a word have other tokens just before that point than the common part alone.
    while shared > before and not _same_start(mine.text, theirs.text, shared - before):
        shared = _step(shared - 1)
    return shared


def _step(tokens: int) -> int:
    if tokens < MINIMUM_TOKENS:
        return 0
    return tokens - (tokens - MINIMUM_TOKENS) % STEP_TOKENS


def _same_start(mine: str, theirs: str, tokens: int) -> bool:
    (mine_start, _), (their_start, _) = toktok.batch_truncate([mine, theirs], tokens, ENCODING, threads=1)
    return bool(mine_start == their_start)


def _likeness(prompt: Prompt, other: Prompt) -> tuple[int, int]:
    same = _same_segments(prompt, other)
    if same == min(len(prompt.segments), len(other.segments)):
        return same, 0
    return same, _same_characters(prompt.segments[same].text, other.segments[same].text)


def _same_segments(prompt: Prompt, other: Prompt) -> int:
    same = 0
    for mine, theirs in zip(prompt.segments, other.segments, strict=False):
        if mine != theirs:
            break
        same += 1
    return same


def _same_characters(mine: str, theirs: str) -> int:
    low, high = 0, min(len(mine), len(theirs))
    while low < high:
        middle = (low + high + 1) // 2
        if mine[low:middle] == theirs[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
