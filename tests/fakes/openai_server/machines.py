"""Which of the vendor's machines a prompt goes to: each holds a cache of its own.

Prompts with the same beginning and cache key go to one machine; above some 15 requests a minute others take a share, and have
to be warmed first. developers.openai.com/api/docs/guides/prompt-caching, read on 2026-11-22.
"""

import threading
from collections import deque

from tests.fakes.openai_server.prompts import Prompt

_REQUESTS_A_MINUTE = 15
_MINUTE = 60.0
# The vendor hashes some 256 tokens.
_HASHED_CHARACTERS = 1_000

_Route = tuple[tuple[str, ...], str]


class Machines:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last_minute: dict[_Route, deque[float]] = {}

    def clear(self) -> None:
        with self._lock:
            self._last_minute.clear()

    def number_for(self, shelf: tuple[str, ...], prompt: Prompt, *, now: float) -> int:
        """Return the machine of a prompt that comes `now`, in seconds; 0 is the first."""
        beginning = "\n".join(segment.text for segment in prompt.segments)[:_HASHED_CHARACTERS]
        with self._lock:
            times = self._last_minute.setdefault((shelf, beginning), deque())
            while times and now - times[0] >= _MINUTE:
                times.popleft()
            times.append(now)
            return (len(times) - 1) // _REQUESTS_A_MINUTE
