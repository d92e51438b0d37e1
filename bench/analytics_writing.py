"""How fast events are written, as a share of a plain COPY of the same rows on the same server.

Each way gets the rows as text, and returns when they are committed. Add a way by adding it to WAYS.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from time import monotonic
from typing import Final

from django.db import connection, transaction

from analytics import partitions
from bench import analytics_rows

ROUNDS: Final = 3
ROWS: Final = "bench_rows"
PLAIN: Final = "bench_plain"
COLUMNS: Final = "user_id, event, data, created_at"


def measured(number: int, day: date) -> dict[str, dict[str, float]]:
    """Return the events in a second of each way, the best of some rounds, and its share of a plain COPY."""
    partitions.ensure(now=datetime(day.year, day.month, day.day, tzinfo=UTC), months_ahead=0)
    rows = prepared(number, day)
    rates = {name: max(number / timed(way, rows) for _round in range(ROUNDS)) for name, way in WAYS.items()}
    return {
        name: {"events_per_second": round(rate), "share_of_plain": round(rate / rates["plain_copy"], 3)}
        for name, rate in rates.items()
    }


def prepared(number: int, day: date) -> bytes:
    """Return the rows as COPY writes them."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {ROWS} (user_id bigint, event text, data jsonb, created_at timestamptz)")
        cursor.execute(f"CREATE TABLE {PLAIN} (user_id bigint, event text, data jsonb, created_at timestamptz)")
        cursor.execute("SELECT count(*) FROM users")
        (users,) = cursor.fetchone()
        analytics_rows.make_events(day, number, users, into=ROWS)
        with cursor.copy(f"COPY {ROWS} TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)


def timed(way: Callable[[bytes], None], rows: bytes) -> float:
    begun = monotonic()
    way(rows)
    return monotonic() - begun


def copy_into(table: str, rows: bytes) -> None:
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy,
    ):
        copy.write(rows)


def plain_copy(rows: bytes) -> None:
    """Into a table without an index, a key or partitions: what the server can do at most."""
    copy_into(PLAIN, rows)


def copy_into_events(rows: bytes) -> None:
    """Into the table of events, with all its indexes, in one transaction."""
    copy_into("analytics_events", rows)


WAYS: Final[dict[str, Callable[[bytes], None]]] = {"plain_copy": plain_copy, "copy_into_events": copy_into_events}
