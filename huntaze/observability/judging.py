"""What each alarm's figure is now, and whether it is past its threshold. Reads what was stored; changes nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from huntaze.observability import latency, slos
from huntaze.observability.minutes import SETTLED, Data, Span, merged
from huntaze.observability.models import Measured
from huntaze.observability.slos import Alarm, Kind

FEW: Final = 20
"""So many requests a window must have had: of two, one that failed is half."""
MEASURED_IN: Final = ("page", "api")
"""Whose latency is promised; the others wait for a model."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is None when nothing is known; then `past` is False, and an alarm that rings stays as it is."""

    value: float | None
    past: bool


class Past:
    """What was measured until now, read once for all alarms: the minutes of six hours, the hours of some days."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        rows = Measured.objects.filter(span=Span.MINUTE, at__gte=now - timedelta(hours=6, minutes=2))
        self.minutes: list[tuple[datetime, Data]] = list(rows.order_by("at").values_list("at", "data"))
        hours = Measured.objects.filter(span=Span.HOUR, at__gte=now - timedelta(days=1))
        self.hours: list[tuple[datetime, Data]] = list(hours.order_by("at").values_list("at", "data"))

    def within(self, window: timedelta) -> list[Data]:
        """Return the minutes of a window that ends with the last one stored; of a long one, its hours."""
        if window > timedelta(hours=6):
            return [data for at, data in self.hours if at > self.now - window - timedelta(hours=1)]
        end = self.now - SETTLED
        return [data for at, data in self.minutes if at > end - window - timedelta(minutes=1)]


def judge(alarm: Alarm, past: Past) -> Verdict:
    """Return how an alarm's figure stands; never of one that CloudWatch judges alone."""
    return JUDGES[alarm.kind](alarm, past)


def by_latency(alarm: Alarm, past: Past) -> Verdict:
    values = []
    for window in alarm.windows:
        groups = merged(past.within(window))["groups"]
        histogram = latency.added([groups[name]["buckets"] for name in MEASURED_IN if name in groups])
        if sum(histogram) < FEW:
            return Verdict(None, past=False)
        values.append(latency.quantile(histogram, 0.95) or 0.0)
    return of_all(alarm, values)


def by_burn(alarm: Alarm, past: Past) -> Verdict:
    values = [burn(merged(past.within(window))["groups"]) for window in alarm.windows]
    known = [value for value in values if value is not None]
    return of_all(alarm, known) if len(known) == len(values) else Verdict(None, past=False)


def burn(groups: Mapping[str, Any]) -> float | None:
    """Return how many times faster than allowed requests fail; None where there were too few to say."""
    total: int = sum(sum(place["buckets"]) for place in groups.values())
    if total < FEW:
        return None
    failed: int = sum(place["errors"] for place in groups.values())
    return failed / total / (1 - slos.AVAILABILITY)


def by_gauge(alarm: Alarm, past: Past) -> Verdict:
    (window,) = alarm.windows
    wanted = max(1, int(window / timedelta(minutes=1)))
    values = [data["gauges"][alarm.metric]["last"] for data in past.within(window) if alarm.metric in data["gauges"]]
    if not values:
        return Verdict(None, past=False)
    # One that was not measured in each minute has not been past its threshold for the whole window.
    if len(values) < wanted:
        return Verdict(values[-1], past=False)
    return of_all(alarm, values[-wanted:], shown=values[-1])


def by_silence(alarm: Alarm, past: Past) -> Verdict:
    (window,) = alarm.windows
    looked = [at for at, data in past.minutes if data["gauges"] or data["components"]]
    if not looked:
        return Verdict(None, past=False)
    # Whoever judges this is back: what is told is that there was a gap, until it is past.
    gap = max(
        (later - earlier for earlier, later in itertools.pairwise(looked) if later > past.now - window),
        default=timedelta(0),
    )
    return Verdict(gap / timedelta(minutes=1), past=gap > window)


def of_all(alarm: Alarm, values: list[float], shown: float | None = None) -> Verdict:
    """Return the verdict on a figure that must be past the threshold in all its windows."""
    limit = alarm.threshold()
    is_past = bool(values) and limit_is_set(limit) and all(
        value > limit if alarm.above else value < limit for value in values
    )  # fmt: skip
    return Verdict(values[0] if shown is None else shown, past=is_past)


def limit_is_set(limit: float) -> bool:
    """Whether the settings give an alarm a threshold; with 0 it is off."""
    return limit > 0


JUDGES: Final[Mapping[Kind, Callable[[Alarm, Past], Verdict]]] = {
    Kind.LATENCY: by_latency,
    Kind.BURN: by_burn,
    Kind.GAUGE: by_gauge,
    Kind.SILENCE: by_silence,
}
