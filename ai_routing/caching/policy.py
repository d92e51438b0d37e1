"""Which caches a task may use, for how long, and across creators or not. Data, with the reasons beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import Any, Final

from django.conf import settings

from ai_routing.catalogue import Deployment
from ai_routing.routing import TaskType


@dataclass(frozen=True, slots=True)
class Policy:
    """`shareable` means that an answer may be given to other creators. `ttl` counts from when the answer was written."""

    exact: bool
    semantic: bool
    shareable: bool
    ttl: timedelta


BYPASS: Final = Policy(exact=False, semantic=False, shareable=False, ttl=timedelta(0))
"""Neither look nor keep: for variants, "again", and whatever else must be written anew."""

# Creators pay for a voice of their own. A request repeated to the letter (a double click, a retry, a second device)
# gets its text again for nothing; a similar one is a wish for another text, so nothing is compared by meaning.
CREATIVE: Final = Policy(exact=True, semantic=False, shareable=False, ttl=timedelta(hours=24))

# A question asked in other words has the same answer. What the answer draws on is part of the prompt, so it is part of
# the key and of the scope; a day bounds how long an answer outlives what the prompt does not show.
QUESTION: Final = Policy(exact=True, semantic=True, shareable=False, ttl=timedelta(hours=24))

# A verdict on a text does not age, but models and rules behind it do.
VERDICT: Final = Policy(exact=True, semantic=True, shareable=False, ttl=timedelta(days=7))

# One wrong detail makes these worthless or dangerous, and two requests that look alike rarely are.
EXACTING: Final = Policy(exact=True, semantic=False, shareable=False, ttl=timedelta(hours=24))

# How the product works is the same for everybody. Questions that name somebody or something stay with who asked,
# see store.is_shared.
PUBLIC: Final = Policy(exact=True, semantic=True, shareable=True, ttl=timedelta(days=7))

POLICIES: Final[dict[TaskType, Policy]] = {
    TaskType.MARKETING_TEMPLATE: CREATIVE,
    TaskType.CHATBOT: QUESTION,
    TaskType.BASIC_ANALYTICS: QUESTION,
    TaskType.SENTIMENT_SIMPLE: VERDICT,
    TaskType.MODERATION: VERDICT,
    TaskType.DOCUMENTATION: PUBLIC,
    TaskType.CODE: EXACTING,
    TaskType.STRATEGY: EXACTING,
    TaskType.ADVANCED_ANALYTICS: EXACTING,
    TaskType.COMPLIANCE: EXACTING,
    TaskType.LEGAL: EXACTING,
}


def of(task_type: TaskType) -> Policy:
    """Return the policy of a task type."""
    return POLICIES[task_type]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least cosine similarity that counts as the same question, and where that was measured."""

    similarity: float
    measured: str


class InvalidThreshold(Exception):
    """An entry of HUNTAZE_SEMANTIC_THRESHOLDS cannot be used."""


def threshold(deployment: Deployment) -> Threshold | None:
    """Return the measured threshold of an embedding model; None, which keeps the semantic cache off, where there is none.

    Similarities of two models cannot be compared, so there is no default. `manage.py evaluate_semantic_cache` measures
    one and prints the setting. Raises InvalidThreshold.
    """
    entry = settings.AI_SEMANTIC_THRESHOLDS.get(str(deployment))
    return None if entry is None else read(str(deployment), entry)


def read(name: str, entry: Any) -> Threshold:
    """Return an entry of the setting. Raises InvalidThreshold, which says how to mend it."""
    given: dict[str, Any] = entry if isinstance(entry, dict) else {}
    similarity: Any = given.get("similarity")
    measured: Any = given.get("measured")
    # bool is an int to Python, and JSON has both.
    is_number = type(similarity) in (int, float) and isfinite(similarity) and 0 < similarity <= 1
    if not (is_number and isinstance(measured, str) and measured.strip()):
        raise InvalidThreshold(
            f"HUNTAZE_SEMANTIC_THRESHOLDS: the entry of {name} cannot be used. Paste what manage.py "
            'evaluate_semantic_cache prints: {"similarity": above 0 and at most 1, "measured": when and on what}'
        )
    return Threshold(float(similarity), measured)
