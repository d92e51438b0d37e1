"""What a request asks for, read from its words where the caller does not say. Deterministic, and quick for every request.

Which weights it uses, how they were fitted and how good they are: docs/router.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ai_routing import signs, weights, wording
from ai_routing.routing import Need, OutputLength, TaskType
from ai_routing.signs import Signs
from ai_routing.wording import Reading

WEIGHTS: Final = weights.read()
LIKELY: Final = 0.3
"""From this probability on a request is taken to be critical: one that is missed costs more than a dear answer does."""
MOSTLY: Final = 0.5
WORTH_TELLING: Final = 0.1
"""Points of complexity; smaller contributions are left out of the sentence."""
TOLD: Final = 4
NAMED: Final = 3
SHAPES: Final = {
    "words": "the number of words",
    "numbers": "its numbers",
    "pauses": "commas and colons",
    "questions": "its questions",
    "items": "a list",
    "quoted": "quoted text",
    "stakes": "what is at stake",
}

EVERYDAY: Final = frozenset(
    {
        TaskType.CHATBOT,
        TaskType.MODERATION,
        TaskType.MARKETING_TEMPLATE,
        TaskType.BASIC_ANALYTICS,
        TaskType.SENTIMENT_SIMPLE,
    }
)
"""Posts, replies and the like: usually short, and critical only where something grave stands in the text."""
HARD: Final = 8
"""From this complexity on an answer of some length is a long one."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the caller says of a request; it always wins over an estimate. None, or no needs: not said."""

    task_type: TaskType | None = None
    complexity: int | None = None
    critical: bool | None = None
    output_length: OutputLength | None = None
    language: str | None = None
    needs: frozenset[Need] = frozenset()
    context_tokens: int | None = None


NOTHING: Final = Stated()


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a feature of the text adds to the complexity, in points; less than nothing where it makes it easier."""

    feature: str
    points: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a request asks for. `estimated` names the fields that the caller did not state.

    `language` is fr, en or other, or what the caller stated. The contributions are those to the complexity, the largest
    first, and add up to it before it is rounded and held between 1 and 10; there are none when it was stated.
    """

    task_type: TaskType
    complexity: int
    critical: bool
    output_length: OutputLength
    language: str
    context_tokens: int
    needs: frozenset[Need]
    contributions: tuple[Contribution, ...]
    estimated: frozenset[str]

    def explanation(self) -> str:
        """Return the largest contributions as one English sentence."""
        if "complexity" not in self.estimated:
            return f"Complexity {self.complexity} of 10, as stated."
        told = [f"{one.feature} {one.points:+.1f}" for one in self.weightiest()]
        return f"Complexity {self.complexity} of 10, reads: {', '.join(told) or 'nothing in particular'}."

    def weightiest(self) -> tuple[Contribution, ...]:
        """Return the contributions worth telling, the largest first."""
        return tuple(one for one in self.contributions[:TOLD] if abs(one.points) >= WORTH_TELLING)


@dataclass(frozen=True, slots=True)
class Odds:
    """The figures behind an analysis, before they are rounded to a decision."""

    tasks: dict[TaskType, float]
    complexity: float
    critical: float


def analyse(text: str, stated: Stated = NOTHING) -> Analysis:
    """Return what `text` asks for. Any text will do; what is stated is taken as it is, sound or not."""
    reading = wording.read(text)
    found = signs.find(reading)
    tasks = task_odds(reading, found) if stated.task_type is None else {stated.task_type: 1.0}
    task_type = max(tasks, key=tasks.__getitem__)
    contributions = complexity_points(reading, found, tasks, task_type) if stated.complexity is None else ()
    complexity = rounded(total(contributions)) if stated.complexity is None else stated.complexity
    tokens = signs.context_tokens(text) if stated.context_tokens is None else stated.context_tokens
    return Analysis(
        task_type=task_type,
        complexity=complexity,
        critical=is_critical(found, tasks) if stated.critical is None else stated.critical,
        output_length=stated.output_length or answer_length(found, task_type, complexity),
        language=reading.language if stated.language is None else stated.language,
        context_tokens=tokens,
        needs=stated.needs or signs.needs(found, tokens),
        contributions=contributions,
        estimated=not_stated(stated),
    )


def odds(text: str) -> Odds:
    """Return the figures behind the analysis of a text of which nothing is stated."""
    reading = wording.read(text)
    found = signs.find(reading)
    tasks = task_odds(reading, found)
    likeliest = max(tasks, key=tasks.__getitem__)
    return Odds(tasks, total(complexity_points(reading, found, tasks, likeliest)), critical_odds(found))


def task_odds(reading: Reading, found: Signs) -> dict[TaskType, float]:
    """Return how likely each task type is. They add up to 1."""
    known = WEIGHTS.task
    rows = [known[feature] for feature in signs.of_task(reading, found) if feature in known]
    scores = [sum(column) for column in zip(*rows, strict=True)]
    highest = max(scores)
    powers = [math.exp((score - highest) / 1_000) for score in scores]
    whole = sum(powers)
    return {task: power / whole for task, power in zip(WEIGHTS.tasks, powers, strict=True)}


def complexity_points(
    reading: Reading, found: Signs, tasks: dict[TaskType, float], likeliest: TaskType
) -> tuple[Contribution, ...]:
    """Return what adds to the complexity, the largest first."""
    base = sum([WEIGHTS.base.get(task, 0.0) * share for task, share in tasks.items()])
    contributions = [Contribution(str(likeliest).replace("_", " "), base)]
    spelt = dict(zip(reading.stems, reading.words, strict=True))
    for name, amount in signs.of_complexity(found).items():
        points = WEIGHTS.complexity.get(name, 0.0) * amount
        if points:
            contributions.append(Contribution(described(name, found, spelt), points))
    return tuple(sorted(contributions, key=size, reverse=True))


def size(contribution: Contribution) -> float:
    return abs(contribution.points)


def described(name: str, found: Signs, spelt: dict[str, str]) -> str:
    """Return a feature as a reader knows it: by the words that were found, where it stands for words."""
    if name not in found.found:
        return SHAPES[name]
    entries = [" ".join([spelt.get(stem, stem) for stem in entry.split()]) for entry in found.found[name][:NAMED]]
    return ", ".join([f"'{entry}'" for entry in entries])


def total(contributions: tuple[Contribution, ...]) -> float:
    return math.fsum([contribution.points for contribution in contributions])


def rounded(points: float) -> int:
    return max(1, min(10, math.floor(points + 0.5)))


def is_critical(found: Signs, tasks: Mapping[TaskType, float]) -> bool:
    """Tell whether a wrong answer is likely to do harm. Everyday work needs a grave sign for that, and not only haste."""
    everyday = sum([share for task, share in tasks.items() if task in EVERYDAY])
    return (everyday <= MOSTLY or signs.is_grave(found)) and critical_odds(found) >= LIKELY


def critical_odds(found: Signs) -> float:
    """Return how likely a wrong answer does harm, whatever the task."""
    log_odds = math.fsum([WEIGHTS.critical.get(feature, 0.0) for feature in signs.of_critical(found)])
    return 1.0 / (1.0 + math.exp(-log_odds))


def answer_length(found: Signs, task_type: TaskType, complexity: int) -> OutputLength:
    """Return how long an answer is asked for, or what is usual for the task."""
    if task_type in EVERYDAY:
        return OutputLength.MEDIUM if "?several" in found.found else OutputLength.SHORT
    if complexity >= HARD or len(found.found.get("?long answer", ())) > 1:
        return OutputLength.LONG
    return OutputLength.SHORT if "?short answer" in found.found else OutputLength.MEDIUM


def not_stated(stated: Stated) -> frozenset[str]:
    said = {
        "task_type": stated.task_type is not None,
        "complexity": stated.complexity is not None,
        "critical": stated.critical is not None,
        "output_length": stated.output_length is not None,
        "language": stated.language is not None,
        "context_tokens": stated.context_tokens is not None,
        "needs": bool(stated.needs),
    }
    return frozenset([name for name, is_said in said.items() if not is_said])
