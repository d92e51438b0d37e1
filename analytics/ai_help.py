"""What AI did for a creator in a range: texts made, used and changed, what it cost and what routing saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Sum

from accounts.models import User
from analytics.board import NONE, Sums
from analytics.models import DailyFigure
from analytics.ranges import DAY, Range

METRICS: Final = (
    "generation.finished",
    "draft.used",
    "draft.edited",
    "proposal.decided",
    "ai.calls",
    "ai.cost",
    "ai.baseline",
)
Found = Mapping[tuple[str, str], Sums]


@dataclass(frozen=True, slots=True)
class Help:
    """Counts of texts, and micro-USD. Without a price, as with the demonstration model, cost and saving are None."""

    made: int
    used: int
    edited: int
    rejected: int
    cost: Decimal | None
    saved: Decimal | None


def of(user: User, range_: Range) -> Help:
    """Return the figures, with one query."""
    rows = DailyFigure.objects.filter(user=user, metric__in=METRICS, day__gte=range_.start, day__lt=range_.end + DAY)
    summed = (
        rows.values("metric", "dimension")
        .annotate(counted=Sum("count"), summed=Sum("amount"))
        .order_by("metric", "dimension")
    )
    found = {(row["metric"], row["dimension"]): Sums(row["counted"], row["summed"]) for row in summed}
    cost, baseline = total(found, "ai.cost").amount, total(found, "ai.baseline").amount
    priced = total(found, "ai.calls").count > 0 and baseline > 0
    return Help(
        made=found.get(("generation.finished", "done"), NONE).count,
        used=total(found, "draft.used").count,
        edited=total(found, "draft.edited").count,
        rejected=found.get(("proposal.decided", "rejected"), NONE).count,
        cost=cost if priced else None,
        saved=baseline - cost if priced else None,
    )


def total(found: Found, metric: str) -> Sums:
    return sum((sums for (name, _dimension), sums in found.items() if name == metric), NONE)
