"""Store a batch of events: COPY into a table of the transaction's own, and from there what is not stored yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from analytics.collector.stream import Entry

INCOMING: Final = """
CREATE TEMPORARY TABLE IF NOT EXISTS analytics_incoming (
    id uuid, user_id bigint, handle varchar(64), event varchar(64), version smallint, data jsonb, created_at timestamptz
) ON COMMIT DROP
"""
COPY: Final = (
    "COPY analytics_incoming (id, user_id, handle, event, version, data, created_at) FROM STDIN (FORMAT BINARY)"
)
TYPES: Final = ("uuid", "int8", "varchar", "varchar", "int2", "jsonb", "timestamptz")

# Whoever is leaving is visited no more, and a handle that nobody has is nobody's page.
INSERT: Final = """
INSERT INTO analytics_events (id, user_id, event, version, data, created_at)
SELECT incoming.id, account.id, incoming.event, incoming.version, incoming.data, incoming.created_at
FROM analytics_incoming AS incoming
LEFT JOIN accounts_creatorprofile AS profile ON profile.handle = incoming.handle
LEFT JOIN users AS account ON account.id = coalesce(incoming.user_id, profile.user_id)
    AND account.is_active AND account.leaves_at IS NULL
WHERE account.id IS NOT NULL OR (incoming.user_id IS NULL AND incoming.handle IS NULL)
ON CONFLICT DO NOTHING
"""


def store(entries: Iterable[Entry]) -> int:
    """Store events that were not stored before, all or none, and return how many. They hold what is declared.

    Raises django.db.DatabaseError and its kinds; then nothing is stored.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INCOMING)
        # In a transaction around this one it is still there.
        cursor.execute("TRUNCATE analytics_incoming")
        with cursor.copy(COPY) as copy:
            copy.set_types(TYPES)
            for one in entries:
                row = (one.id, one.user_id, one.handle, one.event, one.version, Jsonb(one.data), one.at)
                copy.write_row(row)
        cursor.execute(INSERT)
        return int(cursor.rowcount)
