"""The SQL that makes the figures of fans from a batch of events."""

from __future__ import annotations

from typing import Final

from analytics.rollups.statements import BATCH, FAN_EVENTS

CHOSEN: Final = "rollup_fans"

# A number that is none would stop every rollup after it.
IS_FAN: Final = "b.user_id IS NOT NULL AND b.data ->> 'fan_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
SEEN: Final = "b.event IN ('fan.followed', 'fan.unfollowed', 'earning.recorded', 'message.received')"
OF_FANS: Final = ", ".join(f"'{event}'" for event in FAN_EVENTS)
# A refund takes money, and no payment.
SIGN: Final = "CASE b.event WHEN 'earning.recorded' THEN 1 WHEN 'earning.removed' THEN -1 ELSE 0 END"

FANS: Final = f"""
INSERT INTO analytics_fans AS had (user_id, fan, first_seen, last_seen, first_followed_at, followed_at, unfollowed_at,
    first_paid_at, last_paid_at, lapsed_at, payments)
SELECT b.user_id, (b.data ->> 'fan_id')::uuid,
    coalesce(min(b.created_at) FILTER (WHERE {SEEN}), min(b.created_at)),
    coalesce(max(b.created_at) FILTER (WHERE {SEEN}), min(b.created_at)),
    min(b.created_at) FILTER (WHERE b.event = 'fan.followed'),
    max(b.created_at) FILTER (WHERE b.event = 'fan.followed'),
    max(b.created_at) FILTER (WHERE b.event = 'fan.unfollowed'),
    min(b.created_at) FILTER (WHERE b.event = 'earning.recorded'),
    max(b.created_at) FILTER (WHERE b.event = 'earning.recorded'),
    max(b.created_at) FILTER (WHERE b.event = 'fan.lapsed'),
    sum({SIGN})
FROM {BATCH} b WHERE b.event IN ({OF_FANS}) AND {IS_FAN}
GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (user_id, fan) DO UPDATE SET
    first_seen = least(had.first_seen, excluded.first_seen), last_seen = greatest(had.last_seen, excluded.last_seen),
    first_followed_at = least(had.first_followed_at, excluded.first_followed_at),
    followed_at = greatest(had.followed_at, excluded.followed_at),
    unfollowed_at = greatest(had.unfollowed_at, excluded.unfollowed_at),
    first_paid_at = least(had.first_paid_at, excluded.first_paid_at),
    last_paid_at = greatest(had.last_paid_at, excluded.last_paid_at),
    lapsed_at = greatest(had.lapsed_at, excluded.lapsed_at),
    payments = had.payments + excluded.payments
"""  # noqa: S608  # own names

IS_MISTAKE: Final = f"b.event = 'earning.removed' AND {IS_FAN}"
# The first and the last payment cannot be told from what was added: one that was a mistake may have been either. What
# takes it back has its time, and may have a number of its own.
MISTAKES: Final = f"""
WITH wrong AS (
    SELECT DISTINCT b.user_id, b.data ->> 'fan_id' AS fan FROM {BATCH} b WHERE {IS_MISTAKE}
), paid AS (
    SELECT w.user_id, w.fan, b.created_at AS at
    FROM wrong w JOIN analytics_events b ON b.data ? 'fan_id' AND b.data ->> 'fan_id' = w.fan AND b.user_id = w.user_id
        AND b.event IN ('earning.recorded', 'earning.removed') AND b.arrival < %(until)s
    GROUP BY 1, 2, 3 HAVING sum({SIGN}) > 0
), told AS (
    SELECT w.user_id, w.fan::uuid AS fan, min(p.at) AS first, max(p.at) AS last
    FROM wrong w LEFT JOIN paid p ON p.user_id = w.user_id AND p.fan = w.fan GROUP BY 1, 2
)
UPDATE analytics_fans f SET first_paid_at = told.first, last_paid_at = told.last
FROM told WHERE f.user_id = told.user_id AND f.fan = told.fan
"""  # noqa: S608  # own names

FAN_MONTHS: Final = f"""
INSERT INTO analytics_fan_months AS had (user_id, month, fan, currency, payments, renewals, subscriptions, net_minor)
SELECT b.user_id, date_trunc('month', b.day)::date, (b.data ->> 'fan_id')::uuid,
    left(lower(b.data ->> 'currency'), 3), sum({SIGN}),
    coalesce(sum({SIGN}) FILTER (WHERE b.data ->> 'source' = 'renewal'), 0),
    coalesce(sum({SIGN}) FILTER (WHERE b.data ->> 'source' = 'subscription'), 0),
    sum((b.data ->> 'net_minor')::bigint * CASE b.event WHEN 'earning.recorded' THEN 1 ELSE -1 END)
FROM {BATCH} b
WHERE b.event IN ('earning.recorded', 'earning.refunded', 'earning.removed') AND {IS_FAN}
    AND b.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (user_id, month, fan, currency) DO UPDATE SET payments = had.payments + excluded.payments,
    renewals = had.renewals + excluded.renewals, subscriptions = had.subscriptions + excluded.subscriptions,
    net_minor = had.net_minor + excluded.net_minor
"""  # noqa: S608  # own names

# Those whose figures can be made anew, since all their events are still there.
CHOOSE: Final = f"""
CREATE TEMPORARY TABLE {CHOSEN} ON COMMIT DROP AS
SELECT DISTINCT b.user_id, b.data ->> 'fan_id' AS fan FROM {BATCH} b
WHERE {IS_FAN} AND NOT EXISTS (
    SELECT FROM analytics_fans f
    WHERE f.user_id = b.user_id AND f.fan = (b.data ->> 'fan_id')::uuid AND f.first_seen < %(since)s
)
"""  # noqa: S608  # own names
DELETE_CHOSEN: Final = f"""
DELETE FROM analytics_fans f USING {CHOSEN} c WHERE f.user_id = c.user_id AND f.fan = c.fan::uuid
"""  # noqa: S608  # own names
FORGET_CHOICE: Final = f"DROP TABLE IF EXISTS pg_temp.{CHOSEN}"
