"""The cursor: how far figures have come, and which events are ready to be taken.

An event's arrival is the number of the transaction that recorded it, plus an offset. Below the oldest transaction that is
still under way nothing can be added any more, so what lies there is taken, and nothing twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from analytics.models import RollupCursor

LONGEST_SECONDS: Final = 600

logger = logging.getLogger(__name__)

READY: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + %s"
CLUSTER: Final = "SELECT system_identifier FROM pg_control_system()"
NEXT: Final = """
SELECT min(arrival), (
    SELECT arrival FROM analytics_events WHERE arrival >= %(since)s AND arrival < %(ready)s
    ORDER BY arrival OFFSET %(at_most)s LIMIT 1
) FROM analytics_events WHERE arrival >= %(since)s AND arrival < %(ready)s
"""
HIGHEST: Final = "SELECT greatest(max(arrival), %s), pg_current_xact_id()::text::bigint FROM analytics_events"
# Events that this cluster recorded after the restore, and before it was noticed: their transactions are younger than the
# one that restored the cursor. A table that was restored after the cursor is too, but its arrivals do not fit.
STRAYS: Final = """
WITH mark AS (
    SELECT arrival, "offset", age(xmin) AS age, pg_current_xact_id()::text::bigint AS here
    FROM analytics_rollup_cursor WHERE id = 1
), young AS (
    SELECT e.xmin::text AS transaction FROM analytics_events e CROSS JOIN mark
    WHERE e.arrival < mark.arrival AND age(e.xmin) < mark.age
    GROUP BY e.xmin::text
    HAVING bool_and(e.arrival - mark."offset" BETWEEN mark.here - mark.age + 1 AND mark.here - age(e.xmin))
)
UPDATE analytics_events SET arrival = analytics_arrival()
WHERE arrival < (SELECT arrival FROM mark) AND xmin::text IN (SELECT transaction FROM young)
"""
# Of functions that are this simple the planner takes the inside, so this costs an insert nothing.
ARRIVAL: Final = """
CREATE OR REPLACE FUNCTION analytics_arrival() RETURNS bigint LANGUAGE sql VOLATILE
    AS 'SELECT pg_current_xact_id()::text::bigint + {offset:d}'
"""


@dataclass(frozen=True, slots=True)
class Portion:
    """Events with `since <= arrival < until` are to be taken now; `is_last` when none that are ready lie behind them."""

    since: int
    until: int
    is_empty: bool
    is_last: bool


def hold() -> RollupCursor:
    """Lock the cursor for this transaction; wait for a rollup that has it."""
    make()
    with connection.cursor() as database:
        database.execute(f"SET LOCAL lock_timeout = '{LONGEST_SECONDS}s'")
    return RollupCursor.objects.select_for_update().get(pk=1)


def hold_if_free() -> RollupCursor | None:
    """Lock the cursor for this transaction, or return None while another rollup has it."""
    make()
    return RollupCursor.objects.select_for_update(skip_locked=True).filter(pk=1).first()


def make() -> None:
    if not RollupCursor.objects.filter(pk=1).exists():
        RollupCursor.objects.bulk_create([RollupCursor(pk=1, system_identifier=cluster())], ignore_conflicts=True)


def next_portion(cursor: RollupCursor, *, at_most: int) -> Portion:
    """Return what to take: about so many events, and never a part of what one transaction recorded."""
    if cursor.system_identifier != cluster():
        settle_in(cursor)
    with connection.cursor() as database:
        database.execute(READY, [cursor.offset])
        (ready,) = database.fetchone()
        # Another cluster's events may be ahead of this one's transactions for a moment: the cursor never goes back.
        ready = max(ready, cursor.arrival)
        database.execute(NEXT, {"since": cursor.arrival, "ready": ready, "at_most": at_most})
        first, cut = database.fetchone()
    if first is None or cut is None:
        return Portion(cursor.arrival, ready, is_empty=first is None, is_last=True)
    return Portion(cursor.arrival, max(cut, first + 1), is_empty=False, is_last=False)


def move(cursor: RollupCursor, until: int, *, now: datetime) -> None:
    cursor.arrival = until
    cursor.moved_at = now
    cursor.save(update_fields=["arrival", "moved_at"])


def cluster() -> int:
    with connection.cursor() as database:
        database.execute(CLUSTER)
        (identifier,) = database.fetchone()
        return int(identifier)


def settle_in(cursor: RollupCursor) -> None:
    """Go on in another cluster, into which the tables were restored, and whose transactions have other numbers.

    Nobody records an event meanwhile. Those recorded since the restore arrive anew; the others have been counted, or
    wait beyond the cursor as before.
    """
    here = cluster()
    with connection.cursor() as database:
        database.execute("LOCK TABLE analytics_events IN SHARE ROW EXCLUSIVE MODE")
        database.execute(HIGHEST, [cursor.arrival])
        highest, transaction = database.fetchone()
        offset = max(cursor.offset, highest - transaction + 1)
        if offset != cursor.offset:
            database.execute(ARRIVAL.format(offset=offset))
        database.execute(STRAYS)
        logger.warning(
            "Figures go on in another database cluster: arrivals are moved by %s, %s events arrived anew",
            offset - cursor.offset,
            database.rowcount,
        )
    cursor.offset = offset
    cursor.system_identifier = here
    cursor.save(update_fields=["offset", "system_identifier"])
