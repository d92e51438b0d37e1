"""The events behind a figure: the creator's own, newest first, a page at a time.

A page is bounded by the creator and the days of the range, which an index leads to, and goes on from the last row shown
instead of counting from the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from analytics.metrics import METRICS, Metric
from analytics.models import Event
from analytics.ranges import Range

PAGE: Final = 50
MOST_EXPORTED: Final = 10_000


class UnknownMetric(LookupError):
    """There is no such metric, or the place in its rows cannot be read."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and the place from which the next ones go on; "" after the last."""

    events: list[Event]
    after: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose events, of which metric, in which days; in one currency, or of one value of the metric's dimension."""

    user: User
    metric: Metric
    range: Range
    currency: str = ""
    dimension: str | None = None


def wanted(user: User, metric: str, range_: Range, currency: str = "", dimension: str | None = None) -> Wanted:
    """Raises UnknownMetric."""
    if metric not in METRICS:
        raise UnknownMetric(metric)
    return Wanted(user, METRICS[metric], range_, currency, dimension)


def page(of: Wanted, after: str = "") -> Page:
    """Return the rows that follow a place, the first ones without one. Raises UnknownMetric."""
    rows = list(following(events(of), after)[: PAGE + 1])
    shown = rows[:PAGE]
    return Page(shown, place(shown[-1]) if len(rows) > PAGE else "")


def export(of: Wanted) -> Iterator[Event]:
    """Yield the rows one by one, MOST_EXPORTED at most, without holding them all."""
    after, left = "", MOST_EXPORTED
    while left:
        found = page(of, after)
        yield from found.events[:left]
        left -= min(left, len(found.events))
        after = found.after
        if not after:
            return


def events(of: Wanted) -> QuerySet[Event]:
    """Return the events that the metric counts, newest first."""
    metric = of.metric
    sources = reduce(
        or_,
        (
            Q(event=source.event, **({f"data__{source.only[0]}": source.only[1]} if source.only else {}))
            for source in metric.sources
        ),
    )
    rows = Event.objects.filter(
        sources, user=of.user, created_at__gte=of.range.starts_at, created_at__lt=of.range.ends_at
    )
    if metric.currency and of.currency:
        rows = rows.filter(**{f"data__{metric.currency}": of.currency})
    if metric.dimension and of.dimension is not None:
        field = f"data__{metric.dimension}"
        rows = rows.filter(Q(**{field: of.dimension}) if of.dimension else Q(**{field: None}) | Q(**{field: ""}))
    if metric.needs_dimension and of.dimension is None:
        rows = rows.exclude(**{f"data__{metric.dimension}": None})
    return rows.order_by("-created_at", "-id")


def following(rows: QuerySet[Event], after: str) -> QuerySet[Event]:
    if not after:
        return rows
    try:
        moment, _tilde, id_ = after.partition("~")
        at, key = datetime.fromisoformat(moment), UUID(id_)
    except ValueError as error:
        raise UnknownMetric(after) from error
    if at.tzinfo is None:
        raise UnknownMetric(after)
    # The first condition is the index's; the second tells rows of the same moment apart.
    return rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=key), created_at__lte=at)


def place(event: Event) -> str:
    return f"{event.created_at.isoformat()}~{event.id}"
