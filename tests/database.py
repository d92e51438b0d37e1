"""One migrated template database; each test process works on a clone of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql

KEPT: Final = {"auth_permission", "django_content_type", "django_migrations"}


def prepare() -> str:
    """Migrate the template, unless that was done since the last migration was written; return its name."""
    template = f"migrated_{migrations_hash()}"
    unfinished = f"unfinished_{template}"
    with maintenance() as server:
        # Whoever starts meanwhile waits here.
        server.execute("SELECT pg_advisory_lock(727)")
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            # A migration may fail or be killed half-way, and nobody may take what it leaves for a template.
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished)))
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            connect_to(unfinished)
            call_command("migrate", verbosity=0)
            call_command("ensure_partitions", verbosity=0)
            disconnect()
            server.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
            )
    return template


def clone(worker: str) -> str:
    """Create a fresh clone of the template for a test process and return its name."""
    template = prepare()
    name = f"test_{worker}"
    with maintenance() as server:
        server.execute("SELECT pg_advisory_lock(727)")
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    connect_to(name)
    return name


def drop(name: str) -> None:
    disconnect()
    with maintenance() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def empty() -> None:
    """Delete all rows but those that migrations make, as `flush` does: in a hundredth of its time, for most tables have
    none, and a table that is truncated gets new files."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    names = [sql.Identifier(table) for table in tables]
    has_rows = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        # What a server's thread still writes is waited for, and deleted too.
        cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.SQL(", ").join(names)))
        cursor.execute(sql.SQL(" UNION ALL ").join(has_rows))
        filled = [table for (table,) in cursor.fetchall()]
        # Without the triggers: neither the order of the keys matters nor what is append-only.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))


def connect_to(name: str) -> None:
    disconnect()
    connection.settings_dict["NAME"] = name


def disconnect() -> None:
    connection.close()
    # The pool's connections would keep a database from being cloned or dropped.
    cast(DatabaseWrapper, connection).close_pool()


@contextmanager
def maintenance() -> Iterator[psycopg.Connection]:
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as server:
        yield server


def migrations_hash() -> str:
    """Return a name that changes with any migration of ours."""
    files = sorted(path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
