"""Mend the cost of calls that a wrong price touched, by rows that say what must be added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import QuerySet, Sum

from ai_routing import prices
from ai_routing.catalogue import Deployment, Provider
from ai_routing.models import Cache, LedgerEntry
from ai_routing.prices import Tokens
from analytics import events

BATCH: Final = 1_000
NOTHING: Final = Decimal(0)
COLUMNS: Final = ("cost_micro_usd", "baseline_micro_usd", "baseline_cached_micro_usd")

Amounts = tuple[Decimal | None, Decimal | None, Decimal | None]
"""Cost, uncached baseline and cached baseline, in micro-USD."""


@dataclass(slots=True)
class Repriced:
    """What a repricing did, or would do: rows looked at, rows corrected, and what the corrections come to."""

    seen: int = 0
    corrected: int = 0
    cost_micro_usd: Decimal = NOTHING
    baseline_micro_usd: Decimal = NOTHING


def since(start: datetime, *, model: str = "", now: datetime, dry_run: bool = False) -> Repriced:
    """Compare every call from `start` on with the price of its day as it is known now, and add what is missing.

    Repeated, it adds nothing. Credits stay: what creators were charged was promised to them.
    """
    found = Repriced()
    for batch in batches(start, model=model):
        found.seen += len(batch)
        for row in batch:
            if any(differences(row)):
                correct(row.pk, found, now=now, dry_run=dry_run)
    return found


def batches(start: datetime, *, model: str) -> Iterator[list[LedgerEntry]]:
    rows = with_corrections().exclude(kind=LedgerEntry.Kind.CORRECTION).filter(created_at__gte=start)
    if model:
        rows = rows.filter(model=model)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def with_corrections() -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.annotate(**{f"corrected_{name}": Sum(f"corrections__{name}") for name in COLUMNS})


def differences(row: LedgerEntry) -> list[Decimal]:
    """Return what must be added to each of a row's amounts."""
    return [
        (right or NOTHING) - (getattr(row, name) or NOTHING) - (getattr(row, f"corrected_{name}") or NOTHING)
        for name, right in zip(COLUMNS, amounts(row), strict=True)
    ]


@transaction.atomic
def correct(pk: int, found: Repriced, *, now: datetime, dry_run: bool) -> None:
    # Of two repricings at once, the second finds nothing left to add.
    LedgerEntry.objects.select_for_update().get(pk=pk)
    row = with_corrections().get(pk=pk)
    missing = differences(row)
    if not any(missing):
        return
    found.corrected += 1
    found.cost_micro_usd += missing[0]
    found.baseline_micro_usd += missing[1]
    if dry_run:
        return
    LedgerEntry.objects.create(
        kind=LedgerEntry.Kind.CORRECTION,
        corrects_id=pk,
        created_at=now,
        reason=f"Priced anew: {row.model} on {row.created_at:%Y-%m-%d}",
        **{name: getattr(row, name) for name in COPIED},
        **dict(zip(COLUMNS, missing, strict=True)),
    )
    events.record(
        "ai.repriced",
        user_id=row.user_id,
        data={
            "reference": str(row.reference),
            "model": row.model,
            "task_type": row.task_type,
            "plan": row.plan,
            "cost_micro_usd": str(missing[0]),
            "baseline_micro_usd": str(missing[1]),
        },
        now=now,
    )


COPIED: Final = (
    "user_id",
    "purpose",
    "reference",
    "plan",
    "task_type",
    "language",
    "complexity",
    "critical",
    "tier",
    "provider",
    "model",
    "prompt_version",
    "attempt",
    "outcome",
    "cache",
)


def amounts(row: LedgerEntry) -> Amounts:
    """Return what a row's amounts are at the prices of its day as they are known now; as they stand where none is."""
    deployment = Deployment(Provider(row.provider), row.model)
    used = Tokens(
        input=row.input_tokens,
        cached=row.cached_tokens,
        output=row.output_tokens,
        cache_write=row.cache_write_tokens,
    )
    day = row.created_at.date()
    price = prices.of(deployment, on=day)
    if price is None:
        return row.cost_micro_usd, row.baseline_micro_usd, row.baseline_cached_micro_usd
    cost = NOTHING if row.cache != Cache.NONE else price.cost(used)
    baseline = prices.baseline(deployment, on=day)
    if baseline is None or not row.is_answer:
        return cost, row.baseline_micro_usd, row.baseline_cached_micro_usd
    return cost, *baseline.as_baseline(used, given_again=row.cache != Cache.NONE)
