"""Stores what was counted: each minute once it is over, and the hour and the day that it belongs to.

Each is written as a whole, from all that is known of it, so a run may be repeated, and one that died loses nothing: the
counts lie in Valkey for three hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ai_routing.streams import valkey
from huntaze.observability import counting, latency
from huntaze.observability.models import Measured

Span = Measured.Span
SETTLED: Final = timedelta(seconds=15)
"""After its end, a minute is stored: every process has told by then, three times over."""
AGAIN: Final = 3
"""So many of the last minutes are stored anew, for counts that came late."""
KEPT: Final = {Span.MINUTE: timedelta(days=30), Span.HOUR: timedelta(days=400), Span.DAY: timedelta(days=800)}
MOST_ROUTES: Final = 300
Data = dict[str, Any]


def store(*, now: datetime) -> None:
    """Store the minutes that are over and not stored yet, and what they are part of. Raises redis.RedisError."""
    last = minute_of(now - SETTLED) - 1
    earliest = last - counting.KEPT_SECONDS // 60 + 2
    known = {
        minute_of(at)
        for at in Measured.objects.filter(span=Span.MINUTE, at__gte=moment(earliest)).values_list("at", flat=True)
    }
    wanted = [minute for minute in range(earliest, last + 1) if minute not in known or minute > last - AGAIN]
    with valkey().pipeline(transaction=False) as pipeline:
        for minute in wanted:
            pipeline.hgetall(counting.key(minute))
        found = pipeline.execute()
    fresh = {moment(minute): read(fields) for minute, fields in zip(wanted, found, strict=True) if fields}
    write(Span.MINUTE, fresh)
    hours = {at.replace(minute=0) for at in fresh}
    write(Span.HOUR, {hour: merged(within(Span.MINUTE, hour, timedelta(hours=1))) for hour in hours})
    days = {hour.replace(hour=0) for hour in hours}
    write(Span.DAY, {day: merged(within(Span.HOUR, day, timedelta(days=1))) for day in days})


def minute_of(at: datetime) -> int:
    return int(at.timestamp() // 60)


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def write(span: Measured.Span, rows: Mapping[datetime, Data]) -> None:
    Measured.objects.bulk_create(
        [Measured(span=span, at=at, data=data) for at, data in sorted(rows.items())],
        update_conflicts=True,
        unique_fields=["span", "at"],
        update_fields=["data"],
    )


def within(span: Measured.Span, start: datetime, length: timedelta) -> Iterable[Data]:
    rows = Measured.objects.filter(span=span, at__gte=start, at__lt=start + length).order_by("at")
    return rows.values_list("data", flat=True)


def read(fields: Mapping[str, str]) -> Data:
    """Return what the fields of a minute say. What is not understood, a newer process may have told."""
    data: Data = {"groups": {}, "routes": {}, "gauges": {}, "components": {}}
    kinds = {"g": "groups", "r": "routes"}
    for field, value in fields.items():
        kind, _, rest = field.partition("|")
        match kind:
            case "g" | "r":
                name, _, what = rest.rpartition("|")
                place = data[kinds[kind]].setdefault(name, {"buckets": [0] * latency.LENGTH, "errors": 0})
                if what == counting.ERRORS:
                    place["errors"] += int(value)
                elif what.isdigit() and int(what) < latency.LENGTH:
                    place["buckets"][int(what)] += int(value)
            case "gauge":
                data["gauges"][rest] = {"last": float(value), "most": float(value)}
            case "component":
                data["components"][rest] = {value: 1}
            case counting.POOL:
                data["gauges"]["pool"] = {"last": float(value), "most": float(value)}
    return data


def merged(parts: Iterable[Data]) -> Data:
    """Return several spans as one: counts are added, of gauges the last and the highest are kept."""
    found: Data = {"groups": {}, "routes": {}, "gauges": {}, "components": {}}
    for part in parts:
        for kind in ("groups", "routes"):
            for name, place in part[kind].items():
                before = found[kind].get(name, {"buckets": [], "errors": 0})
                found[kind][name] = {
                    "buckets": latency.added([before["buckets"], place["buckets"]]),
                    "errors": before["errors"] + place["errors"],
                }
        for name, gauge in part["gauges"].items():
            most = found["gauges"].get(name, gauge)["most"]
            found["gauges"][name] = {"last": gauge["last"], "most": max(most, gauge["most"])}
        for name, states in part["components"].items():
            found["components"][name] = dict(Counter(found["components"].get(name, {})) + Counter(states))
    busiest = sorted(found["routes"], key=lambda name: sum(found["routes"][name]["buckets"]), reverse=True)
    found["routes"] = {name: found["routes"][name] for name in busiest[:MOST_ROUTES]}
    return found


def forget(*, now: datetime) -> int:
    """Delete what is older than it is kept; return how many rows."""
    return sum(Measured.objects.filter(span=span, at__lt=now - kept).delete()[0] for span, kept in KEPT.items())


def tell(values: Mapping[str, str], *, now: datetime) -> None:
    """Add fields to this minute's counts, such as "gauge|webhook.lag" or "component|web". Raises redis.RedisError."""
    key = counting.key(minute_of(now))
    with valkey().pipeline(transaction=False) as pipeline:
        for name, value in values.items():
            pipeline.hset(key, name, value)
        pipeline.expire(key, counting.KEPT_SECONDS)
        pipeline.execute()


def since(span: Measured.Span, start: datetime) -> Data:
    """Return all that was measured from `start` on, as one."""
    return merged(Measured.objects.filter(span=span, at__gte=start).order_by("at").values_list("data", flat=True))
