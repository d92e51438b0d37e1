"""Latencies in fixed buckets: cheap to count, to add up over processes and hours, and to read percentiles from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

# Upper ends in milliseconds. Close together around 200, which is the promise; what is above the last goes into one more.
BOUNDS_MS: Final = (5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 2_000, 5_000, 10_000)
LENGTH: Final = len(BOUNDS_MS) + 1


def bucket(milliseconds: float) -> int:
    return bisect_left(BOUNDS_MS, milliseconds)


def added(histograms: Iterable[Sequence[int]]) -> list[int]:
    total = [0] * LENGTH
    for histogram in histograms:
        for number, count in enumerate(histogram):
            total[number] += count
    return total


def quantile(histogram: Sequence[int], share: float) -> float | None:
    """Return the milliseconds below which so large a share of requests lies; None without requests.

    Within a bucket they are taken to be spread evenly. Above the last bound nothing is known, and it is returned.
    """
    total = sum(histogram)
    if not total:
        return None
    wanted = share * total
    seen = 0
    for number, count in enumerate(histogram):
        if count and seen + count >= wanted:
            if number == len(BOUNDS_MS):
                break
            lower = BOUNDS_MS[number - 1] if number else 0
            return lower + (BOUNDS_MS[number] - lower) * (wanted - seen) / count
        seen += count
    return float(BOUNDS_MS[-1])


def slower(histogram: Sequence[int], bound_ms: int) -> int:
    """Return how many requests took longer than a bound. Raises ValueError for what is none of the bounds."""
    return sum(histogram[BOUNDS_MS.index(bound_ms) + 1 :])
