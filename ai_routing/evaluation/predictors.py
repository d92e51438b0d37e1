"""What is judged: the router's estimates, and two predictors that it must beat, prompt length and chance."""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ai_routing import analysis, routing
from ai_routing.catalogue import Deployment, Provider, Tier
from ai_routing.evaluation.dataset import Prompt
from ai_routing.evaluation.metrics import SEED
from ai_routing.routing import SENSITIVE, TaskType

HEALTH: Final = routing.Health(chains={tier: (Deployment(Provider.OPENAI, tier),) for tier in Tier})
BINS: Final = 10
SLACK: Final = 0.6
"""How many points of complexity the estimate is usually off, which softens the step at the rule's limit."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a predictor makes of a prompt. `score` grows with how much it seems to need the premium tier."""

    task_type: TaskType
    complexity: int
    is_premium: bool
    score: float


def router(prompts: Sequence[Prompt]) -> list[Prediction]:
    """Return the decisions of the router when nothing is stated."""
    predictions = []
    for prompt in prompts:
        found = analysis.analyse(prompt.text)
        decision = routing.choose(
            routing.Request(found.task_type, found.complexity, found.critical, found.output_length), HEALTH
        )
        score = premium_score(analysis.odds(prompt.text))
        predictions.append(Prediction(found.task_type, found.complexity, decision.tier is Tier.PREMIUM, score))
    return predictions


def premium_score(odds: analysis.Odds) -> float:
    """Return how likely one rule or another sends the request to the premium tier."""
    limit = routing.HIGHEST_ECONOMY_COMPLEXITY + 0.5
    hard = 1.0 / (1.0 + math.exp((limit - odds.complexity) / SLACK))
    sensitive = sum([odds.tasks[task] for task in TaskType if task in SENSITIVE])
    return 1.0 - (1.0 - hard) * (1.0 - sensitive) * (1.0 - odds.critical)


def length(prompts: Sequence[Prompt], fitted_on: Sequence[Prompt]) -> list[Prediction]:
    """Return the best that can be said from the number of characters alone, learnt from `fitted_on`."""
    sizes = sorted(len(prompt.text) for prompt in fitted_on)
    edges = [sizes[len(sizes) * number // BINS] for number in range(1, BINS)]
    kinds = [Counter[TaskType]() for _ in range(BINS)]
    for prompt in fitted_on:
        kinds[bisect_left(edges, len(prompt.text))][prompt.task_type] += 1
    slope, start = line(
        [math.log2(1 + len(prompt.text)) for prompt in fitted_on], [prompt.complexity for prompt in fitted_on]
    )
    premium = sum(prompt.needs_premium for prompt in fitted_on)
    limit = sizes[-premium]
    return [
        Prediction(
            task_type=max(TaskType, key=kinds[bisect_left(edges, len(prompt.text))].__getitem__),
            complexity=analysis.rounded(start + slope * math.log2(1 + len(prompt.text))),
            is_premium=len(prompt.text) >= limit,
            score=len(prompt.text),
        )
        for prompt in prompts
    ]


def line(inputs: Sequence[float], targets: Sequence[float]) -> tuple[float, float]:
    """Return slope and start of the line of least squares."""
    across, up = sum(inputs) / len(inputs), sum(targets) / len(targets)
    slope = sum([(x - across) * (y - up) for x, y in zip(inputs, targets, strict=True)]) / sum(
        [(x - across) ** 2 for x in inputs]
    )
    return slope, up - slope * across


def chance(prompts: Sequence[Prompt], fitted_on: Sequence[Prompt]) -> list[Prediction]:
    """Return the labels of prompts drawn at random from `fitted_on`: as often right as their frequencies allow."""
    draw = random.Random(SEED)  # noqa: S311 (a seed, so that the figures stay the same; no secret)
    drawn = [(draw.choice(fitted_on), draw.choice(fitted_on), draw.choice(fitted_on)) for _ in prompts]
    return [
        Prediction(task.task_type, hard.complexity, premium.needs_premium, draw.random())
        for task, hard, premium in drawn
    ]
