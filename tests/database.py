"""One migrated template database; each test process works on a clone of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql


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
