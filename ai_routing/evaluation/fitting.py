"""Fit the router's models on the fit split: a softmax regression, a ridge regression and a logistic one. In plain Python."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ai_routing import lexicon, signs, wording
from ai_routing.evaluation.dataset import Prompt
from ai_routing.routing import TaskType

# Chosen by cross-validation over the topics of the fit split.
WORD: Final = 0.3
"""What a single word counts beside a sign, which stands for many words."""
RARE: Final = 2
"""A feature in fewer prompts is left out."""
PASSES: Final = 15
STEP: Final = 0.2
PENALTY: Final = 0.3
STAKES_PENALTY: Final = 3.0
STAKES_PRIOR: Final = 2.0
"""Log-odds that something at stake brings as long as the few critical prompts do not say otherwise."""
RIDGE: Final = 1.0
FOLDS: Final = 4

TASKS: Final = tuple(TaskType)
Row = Mapping[str, float]
Table = dict[str, list[float]]


def fit(prompts: Sequence[Prompt]) -> dict[str, Any]:
    """Return the weights as router_weights.json has them. The same prompts give the same weights."""
    readings = [wording.read(prompt.text) for prompt in prompts]
    found = [signs.find(reading) for reading in readings]
    task_rows = [task_row(signs.of_task(*pair)) for pair in zip(readings, found, strict=True)]
    labels = [TASKS.index(prompt.task_type) for prompt in prompts]
    task = softmax(task_rows, labels, classes=len(TASKS), penalty=PENALTY)
    guesses = out_of_fold(prompts, task_rows, labels)
    complexity = points(prompts, [signs.of_complexity(one) for one in found], guesses)
    critical = softmax(
        [dict.fromkeys(signs.of_critical(one), 1.0) for one in found],
        [int(prompt.critical) for prompt in prompts],
        classes=2,
        penalty=STAKES_PENALTY,
        prior=dict.fromkeys(signs.STAKES + signs.HINTS, (-STAKES_PRIOR / 2, STAKES_PRIOR / 2)),
    )
    learnt = lexicon.PATH.read_text(encoding="utf-8") + "\n".join(
        f"{prompt.text} {prompt.task_type} {prompt.complexity} {prompt.critical}" for prompt in prompts
    )
    return {
        "name": f"huntaze-2-{hashlib.sha256(learnt.encode()).hexdigest()[:8]}",
        "tasks": list(TASKS),
        "task": {
            feature: [round(1_000 * weight * scale(feature)) for weight in row] for feature, row in sorted(task.items())
        },
        "base": {task: round(complexity[f"task {task}"], 3) for task in TASKS},
        "complexity": {name: round(value, 3) for name, value in complexity.items() if not name.startswith("task ")},
        "critical": {feature: round(row[1] - row[0], 3) for feature, row in sorted(critical.items())},
    }


def task_row(features: Collection[str]) -> Row:
    return {feature: scale(feature) for feature in features}


def scale(feature: str) -> float:
    return WORD if feature[0].isalnum() else 1.0


def softmax(
    rows: Sequence[Row],
    labels: Sequence[int],
    *,
    classes: int,
    penalty: float,
    prior: Mapping[str, Sequence[float]] = MappingProxyType({}),
) -> Table:
    """Return a weight per feature and class, by stochastic descent with a step of its own for each weight (AdaGrad).

    The penalty draws each weight to its prior, or to nothing where there is none, and the less the more often the
    feature is seen.
    """
    nothing = [0.0] * classes
    counts = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature in {*counts, *prior} if counts[feature] >= RARE or feature in prior)
    table: Table = {feature: list(prior.get(feature, nothing)) for feature in kept}
    pull = {feature: penalty / max(counts[feature], 1) for feature in kept}
    squares: Table = {feature: [1e-8] * classes for feature in table}
    inputs = [sorted((feature, value) for feature, value in row.items() if feature in table) for row in rows]
    order = list(range(len(rows)))
    # Not for secrets: the order must be the same each time.
    shuffler = random.Random(1)  # noqa: S311 (a fixed order, no secret)
    for _ in range(PASSES):
        shuffler.shuffle(order)
        for index in order:
            gradient = probabilities(table, inputs[index], classes)
            gradient[labels[index]] -= 1.0
            for feature, value in inputs[index]:
                row, seen, drawn = table[feature], squares[feature], prior.get(feature, nothing)
                for label in range(classes):
                    slope = gradient[label] * value + pull[feature] * (row[label] - drawn[label])
                    seen[label] += slope * slope
                    row[label] -= STEP * slope / math.sqrt(seen[label])
    return table


def probabilities(table: Table, row: Sequence[tuple[str, float]], classes: int) -> list[float]:
    scores = [sum([table[feature][label] * value for feature, value in row]) for label in range(classes)]
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def out_of_fold(prompts: Sequence[Prompt], rows: Sequence[Row], labels: Sequence[int]) -> list[list[float]]:
    """Return what a model that has not seen a prompt's topic takes its task type for."""
    fold = {topic: number % FOLDS for number, topic in enumerate(sorted({prompt.topic for prompt in prompts}))}
    guesses: list[list[float]] = [[] for _ in prompts]
    for number in range(FOLDS):
        seen = [index for index, prompt in enumerate(prompts) if fold[prompt.topic] != number]
        table = softmax(
            [rows[index] for index in seen], [labels[index] for index in seen], classes=len(TASKS), penalty=PENALTY
        )
        for index, prompt in enumerate(prompts):
            if fold[prompt.topic] == number:
                known = [(feature, value) for feature, value in rows[index].items() if feature in table]
                guesses[index] = probabilities(table, known, len(TASKS))
    return guesses


def points(prompts: Sequence[Prompt], rows: Sequence[Row], guesses: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the points of complexity per unit of each feature and for each task type, by ridge regression.

    Every prompt counts twice: with its task type known, as when a caller states it, and with a guess in its place.
    """
    names = [f"task {task}" for task in TASKS] + sorted({name for row in rows for name in row})
    inputs, targets = [], []
    for prompt, row, guess in zip(prompts, rows, guesses, strict=True):
        known = {f"task {prompt.task_type}": 1.0}
        for kind in (known, {f"task {task}": share for task, share in zip(TASKS, guess, strict=True)}):
            inputs.append([kind.get(name, 0.0) + row.get(name, 0.0) for name in names])
            targets.append(float(prompt.complexity))
    return dict(zip(names, ridge(inputs, targets), strict=True))


def ridge(inputs: Sequence[Sequence[float]], targets: Sequence[float]) -> list[float]:
    """Solve the least squares with a penalty on the size of the weights, by elimination."""
    size = len(inputs[0])
    matrix = [
        [sum([row[i] * row[j] for row in inputs]) + (RIDGE if i == j else 0.0) for j in range(size)]
        + [sum([row[i] * target for row, target in zip(inputs, targets, strict=True)])]
        for i in range(size)
    ]
    # The penalty makes the matrix positive definite, so that no pivot is near zero.
    for i in range(size):
        pivot = matrix[i][i]
        matrix[i] = [value / pivot for value in matrix[i]]
        for j in range(size):
            if j != i and matrix[j][i]:
                factor = matrix[j][i]
                matrix[j] = [value - factor * own for value, own in zip(matrix[j], matrix[i], strict=True)]
    return [row[size] for row in matrix]
