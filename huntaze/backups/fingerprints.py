"""How many rows each table has, and a sum over them that does not depend on their order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import sql

from huntaze.backups.programs import Server

# How a row reads as text depends on these.
AS_TEXT: Final = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "pg_catalog, public",
}
TABLES: Final = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""
"""Tables that hold rows: each partition for itself, none of extensions."""

Fingerprints = dict[str, tuple[int, str]]


@contextmanager
def snapshot(server: Server) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """Hold one moment of the database; give the connection that holds it, and its name for pg_dump. Raises Fault."""
    with server.connect() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101
        try:
            yield connection, str(row[0])
        finally:
            if not connection.broken:
                connection.execute("ROLLBACK")


def take(connection: psycopg.Connection[Any]) -> Fingerprints:
    """Return table to rows and sum, as this connection sees them."""
    for setting, value in AS_TEXT.items():
        connection.execute("SELECT set_config(%s, %s, false)", [setting, value])
    found: Fingerprints = {}
    for schema, table in connection.execute(TABLES).fetchall():
        row = connection.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM ONLY {} t"
            ).format(sql.Identifier(schema, table))
        ).fetchone()
        assert row is not None  # noqa: S101
        found[f"{schema}.{table}"] = (row[0], row[1])
    return found


def differences(wanted: Fingerprints, found: Fingerprints) -> list[str]:
    """Return what differs, a line for each table."""
    lines = []
    for table in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(table), found.get(table)
        if before is None:
            lines.append(f"{table}: was not there")
        elif after is None:
            lines.append(f"{table}: is missing, with {before[0]} rows")
        elif before[0] != after[0]:
            lines.append(f"{table}: {after[0]} rows in place of {before[0]}")
        elif before[1] != after[1]:
            lines.append(f"{table}: {after[0]} rows, some of them changed")
    return lines
