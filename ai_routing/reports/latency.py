"""How long answers take, from counts by steps of 5 %."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

STEP: Final = 1.05
"""A step is from STEPⁿ to STEPⁿ⁺¹ milliseconds: a figure read from it is off by 2.5 % at most."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Half of a deployment's answers, and 95 % of them, came within so many milliseconds; None without any answer."""

    answers: int
    p50_ms: int | None
    p95_ms: int | None
    first_token_p50_ms: int | None
    first_token_p95_ms: int | None

    @classmethod
    def by_deployment(cls, steps: Mapping[tuple[str, str], Counter[int]]) -> dict[str, Waits]:
        """Return the waits of each deployment from the counts of reports.days."""
        found = {}
        for deployment in sorted({deployment for deployment, _ in steps}):
            whole = steps.get((deployment, "whole"), Counter())
            until_first = steps.get((deployment, "first"), Counter())
            found[deployment] = cls(
                answers=whole.total(),
                p50_ms=percentile(whole, 50),
                p95_ms=percentile(whole, 95),
                first_token_p50_ms=percentile(until_first, 50),
                first_token_p95_ms=percentile(until_first, 95),
            )
        return found


def percentile(steps: Counter[int], percent: int) -> int | None:
    """Return the middle of the step that holds the value below or at which `percent` of all are; None of nothing."""
    wanted = -(-steps.total() * percent // 100)
    counted = 0
    for step in sorted(steps):
        counted += steps[step]
        if counted >= wanted:
            return round(float(STEP ** (step + 0.5)))
    return None
