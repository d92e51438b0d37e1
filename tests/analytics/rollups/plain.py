"""What figures must come to, counted from the events in plain Python: by nothing that rollups use but the declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from analytics.metrics import ALL, Metric, Source
from analytics.models import Event

Sums = dict[tuple[Any, ...], tuple[int, Decimal]]


def zone_of(user: User) -> ZoneInfo:
    return ZoneInfo(user.time_zone)


def by_day(events: list[Event], people: dict[int, User]) -> Sums:
    """Return the count and the amount by user, metric, day, dimension and currency."""
    found = counted(
        events, lambda event: (event.user_id, event.created_at.astimezone(zone_of(people[event.user_id or 0])).date())
    )
    return found | visitors(events, people)


def by_day_of_everybody(events: list[Event]) -> Sums:
    return counted(events, lambda event: (event.created_at.astimezone(UTC).date(),))


def by_hour(events: list[Event]) -> Sums:
    return counted(
        events,
        lambda event: (event.user_id, event.created_at.replace(minute=0, second=0, microsecond=0)),
        [metric for metric in ALL if metric.hourly],
    )


def counted(
    events: list[Event], place: Callable[[Event], tuple[Any, ...]], metrics: list[Metric] | None = None
) -> Sums:
    sums: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for event in events:
        for metric in metrics or [metric for metric in ALL if not metric.unique]:
            for source in metric.sources:
                if counts(event, metric, source):
                    key = (
                        *place(event),
                        metric.name,
                        str(event.data.get(metric.dimension) or ""),
                        event.data.get(metric.currency) or "",
                    )
                    sums[key][0] += source.count
                    if source.amount:
                        sums[key][1] += source.sign * Decimal(event.data[source.amount] or 0)
    return {key: (count, amount) for key, (count, amount) in sums.items()}


def counts(event: Event, metric: Metric, source: Source) -> bool:
    if event.event != source.event or (metric.needs_dimension and event.data[metric.dimension] is None):
        return False
    return source.only is None or (event.data[source.only[0]] < 0) is source.only[1]


def visitors(events: list[Event], people: dict[int, User]) -> Sums:
    seen: dict[tuple[int, date], set[int]] = defaultdict(set)
    for event in events:
        if event.event == "page.viewed":
            user = people[event.user_id or 0]
            seen[user.pk, event.created_at.astimezone(zone_of(user)).date()].add(event.data["visitor"])
    return {(user, day, "page.visitors", "", ""): (len(who), Decimal(0)) for (user, day), who in seen.items()}


def fans(events: list[Event]) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Return first and last payment, number of payments, and first follow, by user and fan."""
    removed = {event.data["earning_id"] for event in events if event.event == "earning.removed"}
    paid: dict[tuple[int, str], list[Any]] = defaultdict(list)
    follows: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for event in events:
        if fan := event.data.get("fan_id"):
            key = (event.user_id or 0, fan)
            is_payment = event.event == "earning.recorded" and event.data["earning_id"] not in removed
            paid[key] += [event.created_at] if is_payment else []
            follows[key] += [event.created_at] if event.event == "fan.followed" else []
    return {
        key: (min(times, default=None), max(times, default=None), len(times), min(follows[key], default=None))
        for key, times in paid.items()
    }
