"""Monthly partitions of the event table, made before they are needed."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

TABLE = "analytics_events"
DEFAULT = f"{TABLE}_default"


def ensure(*, now: datetime, months_ahead: int = 3) -> list[str]:
    """Create the partitions of this month and the following ones that are missing; return the names of the new ones.

    Rows that reached the default partition, because nobody had made theirs, move into the new one. Safe to repeat and
    to run in parallel.
    """
    created = []
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    for _ in range(months_ahead + 1):
        following = next_month(month)
        if create(month, following):
            created.append(name(month))
        month = following
    return created


def create(start: datetime, end: datetime) -> bool:
    """Create the partition for [start, end) unless it exists; return whether it was created."""
    partition = name(start)
    with transaction.atomic(), connection.cursor() as cursor:
        # Two callers would both see the table missing.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])
        cursor.execute("SELECT to_regclass(%s)", [partition])
        if cursor.fetchone() != (None,):
            return False
        # An event that is being written into the default partition now would make ATTACH fail.
        cursor.execute(f"LOCK TABLE {DEFAULT} IN ACCESS EXCLUSIVE MODE")
        bounds = [start.isoformat(), end.isoformat()]
        cursor.execute(f"CREATE TABLE {partition} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {DEFAULT} WHERE created_at >= %s AND created_at < %s RETURNING *)"  # noqa: S608  # names made here
            f" INSERT INTO {partition} SELECT * FROM moved",
            bounds,
        )
        cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {partition} FOR VALUES FROM (%s) TO (%s)", bounds)
    return True


def name(month: datetime) -> str:
    """Return the partition's table name: `analytics_events_2026_11`."""
    return f"{TABLE}_{month:%Y_%m}"


def next_month(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
