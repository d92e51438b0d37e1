"""What the trace takes for granted, before anything is measured. There are no production logs: docs/savings.md gives the
reason of each figure, and says how the result moves with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

SEED: Final = 20261123
BEGINS: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""A Monday. Prices are those of this day."""

DAYS: Final = 2
CREATORS: Final = 120
SESSIONS: Final = 1_090
FRENCH: Final = 0.55

PLANS: Final[Mapping[str, tuple[float, float]]] = {
    "free": (0.45, 0.5),
    "starter": (0.30, 1.0),
    "pro": (0.20, 2.0),
    "scale": (0.05, 4.0),
}
"""Share of the creators, and how much more than others they work."""

UNEVENNESS: Final = 0.8
"""Sigma of the log-normal by which creators differ in work."""

HOURS: Final = (2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 8, 9, 9, 8, 8, 9, 10, 12, 14, 15, 13, 9, 5)
"""How many sessions begin in each hour, UTC."""

PAUSE_SECONDS: Final = (45.0, 0.9)
"""Between two requests of a session: median, and sigma of the log-normal."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of session: its share, the mean number of requests, and what they are for."""

    share: float
    requests: float
    tasks: Mapping[str, float]


ASSISTANT: Final = "assistant"
"""A turn of a conversation with the assistant; it is routed as `chatbot`."""

SESSION_KINDS: Final[Mapping[str, Kind]] = {
    "writing": Kind(
        0.38, 5.0, {"marketing_template": 0.86, "chatbot": 0.05, "basic_analytics": 0.05, "strategy": 0.04}
    ),
    "inbox": Kind(0.28, 6.0, {"chatbot": 0.44, "sentiment_simple": 0.28, "moderation": 0.28}),
    "talk": Kind(0.16, 4.0, {ASSISTANT: 1.0}),
    "desk": Kind(
        0.18,
        4.0,
        {
            "basic_analytics": 0.24,
            "documentation": 0.24,
            "strategy": 0.18,
            "compliance": 0.12,
            "legal": 0.08,
            "advanced_analytics": 0.08,
            "code": 0.06,
        },
    ),
}

LENGTHS: Final[Mapping[str, tuple[float, float, float]]] = {
    "marketing_template": (0.70, 0.24, 0.06),
    "chatbot": (0.92, 0.08, 0.0),
    ASSISTANT: (0.0, 1.0, 0.0),
    "sentiment_simple": (1.0, 0.0, 0.0),
    "moderation": (0.95, 0.05, 0.0),
    "basic_analytics": (0.60, 0.40, 0.0),
    "documentation": (0.45, 0.40, 0.15),
    "strategy": (0.05, 0.55, 0.40),
    "advanced_analytics": (0.0, 0.5, 0.5),
    "code": (0.15, 0.60, 0.25),
    "compliance": (0.20, 0.60, 0.20),
    "legal": (0.05, 0.60, 0.35),
}
"""How often short, medium and long are asked for."""

ANSWER_WORDS: Final[Mapping[str, tuple[int, int, int]]] = {
    "marketing_template": (42, 110, 270),
    "chatbot": (26, 70, 200),
    ASSISTANT: (60, 75, 200),
    "sentiment_simple": (18, 60, 200),
    "moderation": (30, 80, 200),
    "basic_analytics": (40, 95, 220),
    "documentation": (50, 150, 330),
    "strategy": (70, 160, 350),
    "advanced_analytics": (70, 160, 350),
    "code": (60, 140, 320),
    "compliance": (60, 140, 300),
    "legal": (70, 150, 320),
}
"""The median of the words in an answer, for short, medium and long."""

ANSWER_SPREAD: Final = 0.3
"""Sigma of the log-normal around it."""

DETAILS: Final = (0.55, 0.30, 0.15)
"""How often a brief comes with no, one and two sentences of detail."""

PASTED: Final = 0.04
"""How often a brief comes with a pasted text of 100 to 500 words."""

FAQ: Final[Mapping[str, float]] = {ASSISTANT: 0.55, "documentation": 0.5}
"""How often a first question of a conversation, or one about how things work, is one that many ask."""

POPULARITY: Final = 0.9
"""The exponent by which the most frequent question or comment is more frequent than the next."""

MATERIAL: Final = (0.3, 0.3, 0.25, 0.15)
"""How many pieces of the creator's own figures an assistant's prompt carries: none, one, two, three."""

PLATFORMS: Final[Mapping[str, float]] = {
    "instagram": 0.40,
    "onlyfans": 0.17,
    "tiktok": 0.10,
    "x": 0.10,
    "generic": 0.10,
    "threads": 0.05,
    "fansly": 0.04,
    "email": 0.04,
}

DOUBLE_CLICK: Final = (0.015, 0.3, 1.5)
RELOAD: Final = (0.03, 15.0, 120.0)
SECOND_DEVICE: Final = (0.025, 600.0, 28_800.0)
"""Share of requests that come a second time to the letter, and after how many seconds at least and at most."""

AGAIN: Final = 0.08
"""Share of posts for which another version is asked for at once; it must not come from a cache."""

BAD_DRAFTS: Final[Mapping[str, float]] = {
    "marketing_template": 0.03,
    "chatbot": 0.02,
    "sentiment_simple": 0.01,
    "moderation": 0.01,
    "basic_analytics": 0.02,
    "documentation": 0.03,
    "strategy": 0.04,
    "advanced_analytics": 0.05,
    "code": 0.04,
    "compliance": 0.03,
    "legal": 0.03,
}
"""How often an economy model's answer is no good in a way that the checks of drafts look for."""

PREMIUM_IS_BETTER: Final = 4
"""A premium model's answers are no good so many times more seldom."""

WARM: Final[Mapping[str, float]] = {"always": 1.0, "usual": 0.8, "poor": 0.3}
"""How often a prompt reaches a machine that may know it. `usual` is what figures are told with."""
