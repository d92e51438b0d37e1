"""Measures of how well predictions agree with labels, and how sure they are. Pure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

RESAMPLES: Final = 1_000
SEED: Final = 20_261_122


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float


def accuracy(predicted: Sequence[Hashable], labels: Sequence[Hashable]) -> float:
    return sum([guess == label for guess, label in zip(predicted, labels, strict=True)]) / len(labels)


def macro_f1(predicted: Sequence[str], labels: Sequence[str]) -> float:
    """Return the mean F1 of the classes that are labelled or predicted at all."""
    right = Counter(guess for guess, label in zip(predicted, labels, strict=True) if guess == label)
    given, wanted = Counter(predicted), Counter(labels)
    classes = sorted({*given, *wanted})
    return sum([2 * right[name] / (given[name] + wanted[name]) for name in classes]) / len(classes)


def mean_absolute_error(predicted: Sequence[float], labels: Sequence[float]) -> float:
    return sum([abs(guess - label) for guess, label in zip(predicted, labels, strict=True)]) / len(labels)


def precision(predicted: Sequence[bool], labels: Sequence[bool]) -> float:
    """Return the share of what was predicted that is so; 0 when nothing was."""
    right = sum([guess and label for guess, label in zip(predicted, labels, strict=True)])
    return right / sum(predicted) if any(predicted) else 0.0


def recall(predicted: Sequence[bool], labels: Sequence[bool]) -> float:
    """Return the share of what is so that was predicted; 0 when nothing is."""
    return precision(labels, predicted)


def spearman(predicted: Sequence[float], labels: Sequence[float]) -> float:
    """Return the rank correlation, ties at their mean rank; 0 when one side never varies."""
    mine, theirs = ranks(predicted), ranks(labels)
    middle = (len(labels) + 1) / 2
    together = sum([(a - middle) * (b - middle) for a, b in zip(mine, theirs, strict=True)])
    spread = sum([(a - middle) ** 2 for a in mine]) * sum([(b - middle) ** 2 for b in theirs])
    return float(together / spread**0.5) if spread else 0.0


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Return how often a random positive scores above a random negative, ties half; 0.5 when one kind is missing."""
    positive = sum(labels)
    negative = len(labels) - positive
    if not positive or not negative:
        return 0.5
    above = sum([rank for rank, label in zip(ranks(scores), labels, strict=True) if label])
    return (above - positive * (positive + 1) / 2) / (positive * negative)


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1; equal ones share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for index in order[begin:end]:
            found[index] = (begin + 1 + end) / 2
        begin = end
    return found


def weighted_kappa(first: Sequence[int], second: Sequence[int]) -> float:
    """Return the agreement of two labellings beyond chance, where a disagreement weighs by its square (Cohen)."""
    pairs = list(zip(first, second, strict=True))
    seen = sum([(a - b) ** 2 for a, b in pairs]) / len(pairs)
    by_chance = sum([(a - b) ** 2 for a in first for b in second]) / len(pairs) ** 2
    return 1.0 - seen / by_chance if by_chance else 1.0


def resamples(topics: Sequence[str]) -> list[list[int]]:
    """Return lists of row numbers: whole topics drawn with replacement, because rows of a topic are not independent."""
    members: dict[str, list[int]] = {}
    for index, topic in enumerate(topics):
        members.setdefault(topic, []).append(index)
    names = sorted(members)
    # A seed, so that the same data give the same interval.
    draw = random.Random(SEED)  # noqa: S311 (no secret)
    return [[index for name in draw.choices(names, k=len(names)) for index in members[name]] for _ in range(RESAMPLES)]


def spread(value: float, samples: Sequence[float]) -> Interval:
    """Return a figure with the bounds between which 95 % of its resamples lie."""
    ordered = sorted(samples)
    cut = round(len(ordered) * 0.025)
    return Interval(value, ordered[cut], ordered[-1 - cut])
