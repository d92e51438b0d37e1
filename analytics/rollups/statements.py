"""The SQL that makes figures of a batch of events, written from the declarations of the metrics.

Every statement reads the temporary table BATCH, and adds what it finds to the figures that are there. `first` and `last`
are the days that may be written, `oldest_hour` and `oldest_visit` what is kept by the hour and of visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from analytics.metrics import ALL, Metric

BATCH: Final = "rollup_batch"

FAN_EVENTS: Final = (
    "fan.followed",
    "fan.unfollowed",
    "fan.lapsed",
    "earning.recorded",
    "earning.refunded",
    "earning.removed",
    "message.received",
)
"""What tells of one fan. A message that the creator sends tells nothing about the fan."""

COLUMNS: Final = (
    "metric, event, number, field, sign, dimension, needs_dimension, currency, only_field, is_below, hourly"
)


def sources(metrics: Sequence[Metric]) -> tuple[str, dict[str, Any]]:
    """Return the declarations as the rows of a VALUES list, with the values by name."""
    rows: list[str] = []
    values: dict[str, Any] = {}
    for metric in metrics:
        for source in metric.sources:
            only_field, is_below = source.only or ("", False)
            row = (
                metric.name,
                source.event,
                source.count,
                source.amount,
                source.sign,
                metric.dimension,
                metric.needs_dimension,
                metric.currency,
                only_field,
                is_below,
                metric.hourly,
            )
            names = [f"s{len(values) + place}" for place in range(len(row))]
            values |= dict(zip(names, row, strict=True))
            rows.append(f"({', '.join(f'%({name})s' for name in names)})")
    return f"VALUES {', '.join(rows)}", values


SUMMED: Final = [metric for metric in ALL if not metric.unique]
UNIQUE: Final = [metric for metric in ALL if metric.unique]
SOURCES, SOURCE_VALUES = sources(SUMMED)

EVENTS: Final = sorted({source.event for metric in ALL for source in metric.sources} | set(FAN_EVENTS))
"""The events that any figure is made of."""

# An account that is gone, or whose names in events are forgotten, counts for the platform alone.
FILL: Final = f"""
CREATE TEMPORARY TABLE {BATCH} ON COMMIT DROP AS
SELECT u.id AS user_id, e.event, e.data, e.created_at, e.id, zone.name AS zone,
    (e.created_at AT TIME ZONE zone.name)::date AS day
FROM analytics_events e
LEFT JOIN users u ON u.id = e.user_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN u.time_zone = ANY(%(zones)s) THEN u.time_zone ELSE 'UTC' END AS name
) zone
WHERE e.event = ANY(%(events)s)
"""  # noqa: S608  # own names
ARRIVED: Final = "AND e.arrival >= %(since)s AND e.arrival < %(until)s"
"""What a run takes."""
HAPPENED: Final = "AND e.arrival < %(until)s AND e.created_at >= %(opens)s AND e.created_at < %(closes)s"
"""What a backfill takes."""

EMPTY: Final = f"DROP TABLE IF EXISTS pg_temp.{BATCH}"

ADD: Final = "DO UPDATE SET count = had.count + excluded.count, amount = had.amount + excluded.amount"

FIGURES: Final = f"""
WITH source ({COLUMNS}) AS ({SOURCES}),
figure AS MATERIALIZED (
    SELECT b.user_id, b.day, date_trunc('hour', b.created_at, 'UTC') AS hour, s.metric, s.hourly,
        left(coalesce(b.data ->> s.dimension, ''), 255) AS dimension,
        left(lower(coalesce(b.data ->> s.currency, '')), 3) AS currency,
        sum(s.number) AS count, sum(coalesce((b.data ->> s.field)::numeric, 0) * s.sign) AS amount
    FROM {BATCH} b JOIN source s ON s.event = b.event
    WHERE (NOT s.needs_dimension OR b.data ->> s.dimension IS NOT NULL)
        AND (s.only_field = '' OR ((b.data ->> s.only_field)::numeric < 0) = s.is_below)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), by_day AS (
    INSERT INTO analytics_daily AS had (user_id, metric, day, dimension, currency, count, amount)
    SELECT user_id, metric, day, dimension, currency, sum(count), sum(amount) FROM figure
    WHERE user_id IS NOT NULL AND day BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (user_id, metric, day, dimension, currency) {ADD}
), by_hour AS (
    INSERT INTO analytics_hourly AS had (user_id, metric, hour, dimension, currency, count, amount)
    SELECT user_id, metric, hour, dimension, currency, sum(count), sum(amount) FROM figure
    WHERE user_id IS NOT NULL AND hourly AND hour >= %(oldest_hour)s
        AND (hour AT TIME ZONE 'UTC')::date BETWEEN %(first)s AND %(last)s
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (user_id, metric, hour, dimension, currency) {ADD}
)
INSERT INTO analytics_platform_daily AS had (metric, day, dimension, currency, count, amount)
SELECT metric, (hour AT TIME ZONE 'UTC')::date, dimension, currency, sum(count), sum(amount) FROM figure
WHERE %(is_platform)s AND (hour AT TIME ZONE 'UTC')::date BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (metric, day, dimension, currency) {ADD}
"""  # noqa: S608  # own names

# A visitor is new on a day when the row of that day is. Rows of older days are gone: those days are counted anew.
VISITORS: Final = f"""
WITH fresh AS (
    INSERT INTO analytics_visitors (user_id, day, visitor)
    SELECT DISTINCT user_id, day, hashtextextended(data ->> %(unique)s, 0) FROM {BATCH}
    WHERE event = %(event)s AND user_id IS NOT NULL AND day BETWEEN %(first)s AND %(last)s AND day >= %(oldest_visit)s
        AND data ->> %(unique)s IS NOT NULL
    ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING RETURNING user_id, day
)
INSERT INTO analytics_daily AS had (user_id, metric, day, dimension, currency, count, amount)
SELECT user_id, %(metric)s, day, '', '', count(*), 0 FROM fresh GROUP BY user_id, day ORDER BY user_id, day
ON CONFLICT (user_id, metric, day, dimension, currency) {ADD}
"""  # noqa: S608  # own names
IS_LATE_VISIT: Final = (
    "b.event = %(event)s AND b.user_id IS NOT NULL AND b.day BETWEEN %(first)s AND %(last)s"
    " AND b.day < %(oldest_visit)s"
)
LATE_VISITORS: Final = f"""
WITH late AS (
    SELECT DISTINCT b.user_id, b.day, b.zone FROM {BATCH} b WHERE {IS_LATE_VISIT}
)
INSERT INTO analytics_daily AS had (user_id, metric, day, dimension, currency, count, amount)
SELECT l.user_id, %(metric)s, l.day, '', '', count(DISTINCT e.data ->> %(unique)s), 0
FROM late l JOIN analytics_events e ON e.user_id = l.user_id AND e.event = %(event)s AND e.arrival < %(until)s
    AND e.created_at >= l.day::timestamp AT TIME ZONE l.zone AND e.created_at < (l.day + 1)::timestamp AT TIME ZONE l.zone
GROUP BY l.user_id, l.day ORDER BY l.user_id, l.day
ON CONFLICT (user_id, metric, day, dimension, currency) DO UPDATE SET count = excluded.count
"""  # noqa: S608  # own names
