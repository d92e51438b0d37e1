"""How hard a request is, estimated from its words. Deterministic, and quick enough for every request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ai_routing.routing import OutputLength, TaskType

BASE: Final[dict[TaskType, int]] = {
    TaskType.SENTIMENT_SIMPLE: 1,
    TaskType.MODERATION: 2,
    TaskType.CHATBOT: 2,
    TaskType.MARKETING_TEMPLATE: 2,
    TaskType.BASIC_ANALYTICS: 3,
    TaskType.DOCUMENTATION: 4,
    TaskType.CODE: 5,
    TaskType.STRATEGY: 6,
    TaskType.COMPLIANCE: 6,
    TaskType.LEGAL: 7,
    TaskType.ADVANCED_ANALYTICS: 7,
}

# Words, in English and French, that ask for more than one step of thought.
REASONING: Final = re.compile(
    r"\b(analy[sz]e|compare|contrast|evaluate|trade-?offs?|step by step|prove|optimi[sz]e|forecast|segment"
    r"|analyser?|comparer?|évaluer?|arbitrages?|étape par étape|démontrer?|optimiser?|prévoir|prévisions?|segmenter?)\b",
    re.IGNORECASE,
)
# Conditions that the answer must meet.
CONSTRAINTS: Final = re.compile(
    r"\b(must|only|never|without|exactly|at least|at most|unless|doit|doivent|seulement|jamais|sans|exactement"
    r"|au moins|au plus|sauf)\b",
    re.IGNORECASE,
)
LIST_ITEM: Final = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A complexity from 1 to 10 and the points that each feature gave to it."""

    complexity: int
    points: dict[str, int]


def estimate(*, task_type: TaskType, prompt: str, output_length: OutputLength) -> Estimate:
    """Return how hard it is to answer `prompt` well."""
    points = {
        "task": BASE[task_type],
        "length": min(2, len(prompt) // 1_200),
        "reasoning": min(3, len(REASONING.findall(prompt))),
        "constraints": min(2, len(CONSTRAINTS.findall(prompt)) // 2),
        "steps": min(2, len(LIST_ITEM.findall(prompt)) // 3),
        "output": 1 if output_length is OutputLength.LONG else 0,
    }
    return Estimate(max(1, min(10, sum(points.values()))), points)
