"""Monthly partitions of the event table, made before they are needed."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

TABLE = "analytics_events"
DEFAULT = f"{TABLE}_default"
# Nobody's earnings are older; a date that is must not make a table.
EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)
PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"
    " AND inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}$'"
)
MONTHS_ASTRAY = f"""
SELECT DISTINCT date_trunc('month', created_at AT TIME ZONE 'UTC')::date FROM {DEFAULT}
WHERE created_at >= %s AND created_at < %s ORDER BY 1
"""  # noqa: S608  # own names


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


def adopt(*, now: datetime) -> list[str]:
    """Create the partitions of past months that events reached without one: an earning that is entered years later.

    Until then, they lie in the default partition. What is dated before EARLIEST stays there.
    """
    with connection.cursor() as cursor:
        cursor.execute(MONTHS_ASTRAY, [EARLIEST, datetime(now.year, now.month, 1, tzinfo=UTC)])
        months = [datetime(day.year, day.month, 1, tzinfo=UTC) for (day,) in cursor.fetchall()]
    return [name(month) for month in months if create(month, next_month(month))]


def drop_before(first: datetime, *, arrived_before: int) -> list[str]:
    """Drop the partitions of the months before `first` whose events all have an arrival below; return their names."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS, [TABLE])
        months = sorted(partition for (partition,) in cursor.fetchall() if partition < name(first))
    return [partition for partition in months if drop(partition, arrived_before)]


def drop(partition: str, arrived_before: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        # Nobody adds to it between the look and the end. Events that are written now wait for at most these seconds.
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        cursor.execute(f"LOCK TABLE {partition} IN SHARE MODE")
        cursor.execute(f"SELECT EXISTS (SELECT FROM {partition} WHERE arrival >= %s)", [arrived_before])  # noqa: S608  # own names
        if cursor.fetchone() == (True,):
            return False
        cursor.execute(f"DROP TABLE {partition}")
    return True


def name(month: datetime) -> str:
    """Return the partition's table name: `analytics_events_2026_11`."""
    return f"{TABLE}_{month:%Y_%m}"


def next_month(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
