"""Statements that nearly every request runs, prepared by PostgreSQL once for each connection."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import NOT_PROVIDED, AutoField, Field, JSONField, Model


def only_row(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Run a statement that returns at most one row, and return that.

    Its text must be one of a few, for it is what PostgreSQL knows it again by: values stand beside it, never in it. They
    arrive with types of their own, a small number as a smallint: cast what is multiplied.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    # Django's own cursors write the values into the statement, which is then parsed and planned anew each time.
    bound: Any = cast(Any, ServerBindingCursor)(database.connection)
    with database.make_debug_cursor(bound) if database.queries_logged else database.make_cursor(bound) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def inserts(rows: Sequence[Model], *, only_if: str = "") -> tuple[list[str], dict[str, Any]]:
    """Return an INSERT for each table of the rows, to be parts of one statement, and the values of all of them by name.

    With `only_if`, which names a part of the same statement, nothing is inserted while that has no row; it takes one row
    of each table. What the database sets by itself, such as keys, is left to it.
    """
    parts: list[str] = []
    values: dict[str, Any] = {}
    for model in dict.fromkeys(type(row) for row in rows):
        lists = [f"({', '.join(places(row, values))})" for row in rows if type(row) is model]
        if only_if:
            (only,) = lists
            parts.append(f"INSERT INTO {into(model)} SELECT {only[1:-1]} FROM {only_if}")  # noqa: S608  # own names
        else:
            parts.append(f"INSERT INTO {into(model)} VALUES {', '.join(lists)}")  # noqa: S608  # own names
    return parts, values


def places(row: Model, values: dict[str, Any]) -> list[str]:
    """Add the columns of a row to the values, and return where they stand in the statement."""
    found = []
    for field in written(type(row)):
        name = f"v{len(values)}"
        value = getattr(row, field.attname)
        # The driver knows every other kind of value by itself.
        values[name] = field.get_db_prep_save(value, connection) if isinstance(field, JSONField) else value
        found.append(f"%({name})s")
    return found


def selected(*models: type[Model]) -> str:
    """Return the columns of tables that are joined, in the order in which `columns` has them for each."""
    return ", ".join(f'"{model._meta.db_table}"."{column}"' for model in models for column in columns(model))


@functools.cache
def columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@functools.cache
def into(model: type[Model]) -> str:
    columns = ", ".join([f'"{field.column}"' for field in written(model)])
    return f'"{model._meta.db_table}" ({columns})'


@functools.cache
def written(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the columns that an insert fills: all but those that the database does."""
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, AutoField) and field.db_default is NOT_PROVIDED
    ]
