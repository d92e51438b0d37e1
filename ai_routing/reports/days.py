"""Days of the ledger, summed up. A day that is over is summed up once, and kept in the cache."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from django.core.cache import cache
from django.db import connection

from ai_routing.reports import day_sql

VERSION: Final = 1
"""Part of the key in the cache: raise it when the meaning of a figure changes."""

KEPT: Final = timedelta(days=100)
SETTLED: Final = timedelta(hours=1)
"""How long after midnight the last rows of a day may still be on their way."""

MOST: Final = 20
"""How many of the slowest, and of the dearest, calls are told."""


class By(StrEnum):
    """What the figures of a day are grouped by."""

    DAY = "day"
    MODEL = "model"
    OUTCOME = "outcome"
    TASK = "task"
    PLAN = "plan"
    PURPOSE = "purpose"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Rank:
    """A call that stands out. Cost in micro-USD, None where it is not known."""

    id: int
    latency_ms: int
    cost: Decimal | None


@dataclass(slots=True)
class Day:
    """What the rows of a day come to: `sums` by grouping and value, in the order of sums.ADDED.

    `waits` counts answers by deployment, kind of wait ("whole" or "first") and step: step n is from 1.05ⁿ milliseconds
    to 1.05 times that. `escalations_cost`, in micro-USD, is that of the second answers.
    """

    sums: dict[By, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    waits: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    slowest: list[Rank] = field(default_factory=list)
    dearest: list[Rank] = field(default_factory=list)
    escalations: int = 0
    escalations_cost: Decimal = Decimal(0)


def read(days: Sequence[date], *, now: datetime) -> dict[date, Day]:
    """Return each of the days; those that are not in the cache are counted from the ledger."""
    kept = cache.get_many([key(day) for day in days])
    found: dict[date, Day] = {day: kept[key(day)] for day in days if key(day) in kept}
    missing = [day for day in days if day not in found]
    counted = count(missing)
    over = {key(day): whole for day, whole in counted.items() if is_over(day, now=now)}
    if over:
        cache.set_many(over, timeout=KEPT.total_seconds())
    return {**found, **counted}


def key(day: date) -> str:
    return f"ledger-day:{VERSION}:{day.isoformat()}"


def is_over(day: date, *, now: datetime) -> bool:
    return now >= datetime.combine(day, time.min, UTC) + timedelta(days=1) + SETTLED


def count(days: Sequence[date]) -> dict[date, Day]:
    """Return the days as the ledger has them, in four queries."""
    if not days:
        return {}
    wanted = {
        "start": datetime.combine(min(days), time.min, UTC),
        "end": datetime.combine(max(days), time.min, UTC) + timedelta(days=1),
        "days": list(days),
        "most": MOST,
    }
    found = {day: Day() for day in days}
    for day, *names, figures in sums(rows(day_sql.SUMS, wanted)):
        by, value = grouping(*names)
        found[day].sums.setdefault(by, {})[value] = figures
    for day, number, cost in rows(day_sql.ESCALATIONS, wanted):
        found[day].escalations, found[day].escalations_cost = number, cost
    for day, provider, model, name, step, number in rows(day_sql.WAITS, wanted):
        found[day].waits.setdefault((f"{provider}:{model}", name), Counter())[step] = number
    for day, pk, latency_ms, cost, slow, dear in rows(day_sql.FIRST, wanted):
        if slow <= MOST:
            found[day].slowest.append(Rank(pk, latency_ms, cost))
        if dear <= MOST and cost is not None:
            found[day].dearest.append(Rank(pk, latency_ms, cost))
    return found


def rows(sql: str, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, wanted)
        return list(cursor.fetchall())


def sums(found: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Yield each row with its figures in one tuple at the end."""
    for row in found:
        yield (*row[:8], row[8:])


def grouping(
    provider: str | None,
    model: str | None,
    outcome: str | None,
    task_type: str | None,
    plan: str | None,
    purpose: str | None,
    prompt_version: str | None,
) -> tuple[By, str]:
    """Return what a row is grouped by, from the columns that it has, and its value there."""
    if outcome is not None:
        return By.OUTCOME, f"{provider}:{model} {outcome}"
    if model is not None:
        return By.MODEL, f"{provider}:{model}"
    single = {By.TASK: task_type, By.PLAN: plan, By.PURPOSE: purpose, By.PROMPT: prompt_version}
    for by, value in single.items():
        if value is not None:
            return by, value
    return By.DAY, ""


def merged(days: Iterable[Day]) -> dict[tuple[str, str], Counter[int]]:
    """Return the waits of all days together."""
    whole: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for day in days:
        for which, steps in day.waits.items():
            whole[which].update(steps)
    return whole
