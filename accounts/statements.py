"""Statements that nearly every request runs, prepared by PostgreSQL once for each connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def only_row(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Run a statement that returns at most one row, and return that.

    Its text must be one of a few, for it is what PostgreSQL knows it again by: values stand beside it, never in it. They
    arrive with types of their own, a small number as a smallint: cast what is multiplied.
    """
    connection.ensure_connection()
    # Django's own cursors write the values into the statement, which is then parsed and planned anew each time.
    bound = ServerBindingCursor(connection.connection)
    with connection.make_debug_cursor(bound) if connection.queries_logged else connection.make_cursor(bound) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
