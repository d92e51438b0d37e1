"""What was gained and lost in each month, from the events that tell of a change: one query, whatever they are.

An event has what the subscription came to before and after; most tell of a renewal, and change neither that nor the state.
So an account's month is its first "before" and its last "after", and what happened in between cancels out. Whose an event
was may be forgotten, the number of its row is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.core.cache import cache
from django.db import connection

CHANGES: Final = """
WITH change AS (
    SELECT date_trunc('month', created_at AT TIME ZONE 'UTC')::date AS month, created_at, id, data,
        data ->> 'subscription' AS whose,
        data ->> 'currency' AS now_in, data ->> 'currency_before' AS was_in,
        (data ->> 'yearly_minor')::bigint AS is_worth, (data ->> 'yearly_minor_before')::bigint AS was_worth
    FROM analytics_events
    WHERE event = 'subscription.changed' AND created_at >= %(since)s AND created_at < %(until)s AND data ? 'yearly_minor'
        AND (data -> 'yearly_minor' <> data -> 'yearly_minor_before' OR data -> 'status' <> data -> 'status_before'
            OR data -> 'currency' <> data -> 'currency_before')
), leg AS (
    SELECT month, created_at, id, whose, now_in AS currency, CASE WHEN was_in = now_in THEN was_worth ELSE 0 END AS was_worth,
        is_worth, data ->> 'status_before' AS was_status, data ->> 'status' AS is_status
    FROM change
    UNION ALL
    SELECT month, created_at, id, whose, was_in, was_worth, 0, '', '' FROM change WHERE was_in <> now_in AND was_worth > 0
), account AS (
    SELECT month, currency, whose, (array_agg(was_worth ORDER BY created_at, id))[1] AS opening,
        (array_agg(is_worth ORDER BY created_at DESC, id DESC))[1] AS closing,
        count(*) FILTER (WHERE is_status = 'trialing' AND was_status <> 'trialing') AS trials_begun,
        count(*) FILTER (WHERE was_status = 'trialing' AND is_status <> 'trialing') AS trials_over,
        count(*) FILTER (WHERE was_status = 'trialing' AND is_status <> 'trialing' AND is_worth > 0) AS trials_converted
    FROM leg GROUP BY month, currency, whose
)
SELECT month, currency,
    count(*) FILTER (WHERE opening = 0 AND closing > 0), coalesce(sum(closing) FILTER (WHERE opening = 0), 0),
    coalesce(sum(closing - opening) FILTER (WHERE opening > 0 AND closing > opening), 0),
    coalesce(sum(opening - closing) FILTER (WHERE closing > 0 AND closing < opening), 0),
    count(*) FILTER (WHERE opening > 0 AND closing = 0), coalesce(sum(opening) FILTER (WHERE closing = 0), 0),
    coalesce(sum(trials_begun), 0), coalesce(sum(trials_over), 0), coalesce(sum(trials_converted), 0)
FROM account GROUP BY month, currency
"""

VERSION: Final = 1
"""Of what is remembered: another one makes it be read anew."""

REMEMBERED_SECONDS: Final = 7 * 86_400
SETTLES: Final = timedelta(hours=1)

FIRST: Final = (
    "SELECT min(created_at) FROM analytics_events WHERE event = 'subscription.changed' AND data ? 'yearly_minor'"
)


@dataclass(frozen=True, slots=True)
class Movement:
    """What changed in a month and a currency; money in minor units a year."""

    gained_accounts: int = 0
    gained: int = 0
    grown: int = 0
    shrunk: int = 0
    lost_accounts: int = 0
    lost: int = 0
    trials_begun: int = 0
    trials_over: int = 0
    trials_converted: int = 0

    @property
    def net(self) -> int:
        return self.gained + self.grown - self.shrunk - self.lost

    @property
    def net_accounts(self) -> int:
        return self.gained_accounts - self.lost_accounts


NOTHING: Final = Movement()


def read(since: datetime, until: datetime) -> dict[tuple[date, str], Movement]:
    """Return the movements by the first day of the month (UTC) and the currency; a month without any is not there."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, {"since": since, "until": until})
        return {(month, currency): Movement(*map(int, sums)) for month, currency, *sums in cursor.fetchall()}


def first() -> datetime | None:
    """Return when the first change was written down: before it, nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST)
        found: datetime | None = cursor.fetchone()[0]
        return found


def remembered(months: list[date], *, now: datetime) -> dict[tuple[date, str], Movement]:
    """Return the same for whole months, the newest first, up to this one; what is over is read once and then remembered.

    Events are never changed, so a month that is over stays as it is, once the last transactions of its end have ended.
    """
    keys = {month: f"revenue:movements:{VERSION}:{month:%Y-%m}" for month in months}
    known = cache.get_many(keys.values())
    missing = [month for month in months if keys[month] not in known]
    found = read(opening(min(missing)), now) if missing else {}
    for month in missing:
        own = {which: one for which, one in found.items() if which[0] == month}
        following = opening((month + timedelta(days=31)).replace(day=1))
        if now - following > SETTLES:
            cache.set(keys[month], own, REMEMBERED_SECONDS)
        known[keys[month]] = own
    return {which: one for key in keys.values() for which, one in known[key].items()}


def opening(first: date) -> datetime:
    return datetime(first.year, first.month, 1, tzinfo=UTC)
