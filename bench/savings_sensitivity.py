"""How a saving moves when the trace's shares were others: the groups of a replay, weighed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

HITS: Final = ("0", "0.10", "0.20", "0.33", "0.50")
PREMIUM: Final = ("0", "0.02", "0.05", "0.10", "0.15")
ESCALATED: Final = ("0", "0.03", "0.05", "0.10")


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that ended alike, and what they came to in micro-USD."""

    requests: int
    cost: Decimal
    baseline: Decimal
    baseline_cached: Decimal


Groups = Mapping[str, Group]


@dataclass(frozen=True, slots=True)
class Shares:
    """How requests end: from a cache, of all; by the premium model, of the rest; escalated, of what the economy model
    is asked for."""

    hits: Decimal
    premium: Decimal
    escalated: Decimal


def read(figures: Mapping[str, Any]) -> Groups:
    """Return the groups of a replay's figures."""
    return {
        name: Group(
            part["requests"], Decimal(part["cost"]), Decimal(part["baseline"]), Decimal(part["baseline_cached"])
        )
        for name, part in figures["groups"].items()
    }


def measured(groups: Groups) -> Shares:
    """Return the shares that the replay itself had."""
    hits = groups["exact"].requests + groups["semantic"].requests
    economy = groups["economy"].requests + groups["escalated"].requests
    premium = groups["premium"].requests
    return Shares(
        hits=ratio(hits, hits + economy + premium),
        premium=ratio(premium, economy + premium),
        escalated=ratio(groups["escalated"].requests, economy),
    )


def saving(groups: Groups, shares: Shares) -> Decimal:
    """Return the saving against GPT-4o without a prompt cache, when requests ended in these shares.

    Within a group each request stays what it was on average.
    """
    asked = 1 - shares.hits
    economy = asked * (1 - shares.premium)
    weights = {
        "premium": asked * shares.premium,
        "economy": economy * (1 - shares.escalated),
        "escalated": economy * shares.escalated,
    }
    hits = merged([groups["exact"], groups["semantic"]])
    parts = [(shares.hits, hits), *((weight, groups[name]) for name, weight in weights.items())]
    cost = sum((weight * part.cost / part.requests for weight, part in parts if part.requests), Decimal(0))
    baseline = sum((weight * part.baseline / part.requests for weight, part in parts if part.requests), Decimal(0))
    return 1 - cost / baseline


def merged(groups: Sequence[Group]) -> Group:
    return Group(
        requests=sum(group.requests for group in groups),
        cost=sum((group.cost for group in groups), Decimal(0)),
        baseline=sum((group.baseline for group in groups), Decimal(0)),
        baseline_cached=sum((group.baseline_cached for group in groups), Decimal(0)),
    )


def ratio(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole if whole else Decimal(0)


def table(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the saving with each share in turn set to others, and the rest as measured."""
    groups = read(figures)
    own = measured(groups)
    found: dict[str, dict[str, float]] = {
        "hits": {},
        "premium": {},
        "escalated": {},
    }
    for value in HITS:
        found["hits"][value] = rounded(saving(groups, Shares(Decimal(value), own.premium, own.escalated)))
    for value in PREMIUM:
        found["premium"][value] = rounded(saving(groups, Shares(own.hits, Decimal(value), own.escalated)))
    for value in ESCALATED:
        found["escalated"][value] = rounded(saving(groups, Shares(own.hits, own.premium, Decimal(value))))
    return found


def needed(figures: Mapping[str, Any], *, goal: Decimal) -> dict[str, float]:
    """Return the share of answers from caches that the goal needs, by the share of premium answers among the rest."""
    groups = read(figures)
    own = measured(groups)
    premium = {"as measured": own.premium, **{value: Decimal(value) for value in PREMIUM}}
    return {name: rounded(hits_for(groups, share, own.escalated, goal)) for name, share in premium.items()}


def hits_for(groups: Groups, premium: Decimal, escalated: Decimal, goal: Decimal) -> Decimal:
    """Return the least share of answers from caches with which the saving reaches the goal, to a ten-thousandth."""
    low, high = 0, 10_000
    while low < high:
        middle = (low + high) // 2
        if saving(groups, Shares(Decimal(middle) / 10_000, premium, escalated)) >= goal:
            high = middle
        else:
            low = middle + 1
    return Decimal(low) / 10_000


def rounded(value: Decimal) -> float:
    return round(float(value), 5)
