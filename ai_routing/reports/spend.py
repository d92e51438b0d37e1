"""What calls to models came to in a period: in all, and by day, model, task, plan, purpose and prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncDate

from ai_routing.models import LedgerEntry
from ai_routing.reports import days
from ai_routing.reports.days import By, Day, Rank
from ai_routing.reports.latency import Waits
from ai_routing.reports.period import Period
from ai_routing.reports.sums import NOTHING, Sums, percent

GROUPED: Final = ("provider", "model", "task_type", "plan", "purpose", "prompt_version")


@dataclass(frozen=True, slots=True)
class Spend:
    """The figures of a period. `by` has no entry for OUTCOME: `outcomes` tells how often each deployment ended how."""

    period: Period
    total: Sums
    by_day: Mapping[date, Sums]
    by: Mapping[By, Mapping[str, Sums]]
    outcomes: Mapping[tuple[str, str], int]
    waits: Mapping[str, Waits]
    slowest: Sequence[Rank]
    dearest: Sequence[Rank]
    escalations: int
    escalations_cost: Decimal

    @property
    def escalated_percent(self) -> Decimal | None:
        return percent(self.escalations, self.total.requests)


def of(period: Period, *, now: datetime) -> Spend:
    """Return the figures of a period. A correction counts on the day it was written."""
    found = days.read(period.days, now=now)
    total = Sums()
    by_day = {day: Sums() for day in period.days}
    by: dict[By, dict[str, Sums]] = {each: {} for each in By if each not in {By.DAY, By.OUTCOME}}
    outcomes: dict[tuple[str, str], int] = {}
    for day, whole in found.items():
        for figures in whole.sums.get(By.DAY, {}).values():
            by_day[day].add(figures)
            total.add(figures)
        for each, into in by.items():
            for value, figures in whole.sums.get(each, {}).items():
                into.setdefault(value, Sums()).add(figures)
        for deployment, outcome, number in ends(whole):
            outcomes[deployment, outcome] = outcomes.get((deployment, outcome), 0) + number
    add_unpriced(period, total, by_day, by)
    return Spend(
        period=period,
        total=total,
        by_day=by_day,
        by=by,
        outcomes=outcomes,
        waits=Waits.by_deployment(days.merged(found.values())),
        slowest=first(found, "slowest"),
        dearest=first(found, "dearest"),
        escalations=sum(day.escalations for day in found.values()),
        escalations_cost=sum((day.escalations_cost for day in found.values()), NOTHING),
    )


def ends(day: Day) -> list[tuple[str, str, int]]:
    """Return how often each deployment ended how."""
    found = []
    for value, figures in day.sums.get(By.OUTCOME, {}).items():
        sums = Sums()
        sums.add(figures)
        deployment, _, outcome = value.rpartition(" ")
        found.append((deployment, outcome, sums.entries))
    return found


def first(found: Mapping[date, Day], which: str) -> list[Rank]:
    """Return the slowest or the dearest calls of all days, the first one first."""
    ranks = [rank for day in found.values() for rank in getattr(day, which)]
    if which == "slowest":
        return sorted(ranks, key=lambda rank: (-rank.latency_ms, rank.id))[: days.MOST]
    return sorted(ranks, key=lambda rank: (-(rank.cost or NOTHING), rank.id))[: days.MOST]


def add_unpriced(period: Period, total: Sums, by_day: Mapping[date, Sums], by: Mapping[By, dict[str, Sums]]) -> None:
    """Count the calls whose cost is in no sum: no price was known, and no correction was written since.

    Counted anew each time, for a correction changes it long after the day is over.
    """
    corrections = LedgerEntry.objects.filter(corrects=OuterRef("pk"), created_at__lt=period.end)
    unpriced = (
        LedgerEntry.objects.filter(
            ~Exists(corrections),
            cost_micro_usd=None,
            cache="none",
            created_at__gte=period.start,
            created_at__lt=period.end,
        )
        .exclude(outcome=LedgerEntry.Outcome.CIRCUIT_OPEN)
        .values_list(TruncDate("created_at", tzinfo=UTC), *GROUPED)
        .annotate(number=Count("pk"))
    )
    for day, provider, model, task_type, plan, purpose, prompt_version, number in unpriced:
        total.unpriced += number
        by_day[day].unpriced += number
        values = {
            By.MODEL: f"{provider}:{model}",
            By.TASK: task_type,
            By.PLAN: plan,
            By.PURPOSE: purpose,
            By.PROMPT: prompt_version,
        }
        for each, value in values.items():
            by[each].setdefault(value, Sums()).unpriced += number
