"""Make the user and the extensions that Huntaze needs, as an administrator of PostgreSQL: once for each database."""

from __future__ import annotations

import shlex
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

EXTENSIONS: Final = ("vector", "btree_gin", "pg_trgm")
"""Those of the migrations, which pass over what is there: making one takes more than the schema."""


class Command(BaseCommand):
    help = "Make the user of DATABASE_URL and the extensions, by HUNTAZE_DATABASE_ADMIN_URL. May be repeated."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATABASE_ADMIN_URL:
            raise CommandError(
                "HUNTAZE_DATABASE_ADMIN_URL is missing: set it in the environment (.env.example explains it)"
            )
        database = settings.DATABASES["default"]
        name, user, password = database["NAME"], database["USER"], database["PASSWORD"]
        if user == unquote(urlsplit(settings.DATABASE_ADMIN_URL).username or ""):
            raise CommandError("DATABASE_URL names the administrator: give Huntaze a user of its own")
        try:
            with psycopg.connect(settings.DATABASE_ADMIN_URL, autocommit=True) as connection:
                prepare(connection, name=name, user=user, password=password)
        except psycopg.Error as error:
            raise CommandError(f"PostgreSQL refused: {error}") from error
        self.stdout.write(f"The database {name} is {user}'s, and has {', '.join(EXTENSIONS)}.")


def prepare(connection: psycopg.Connection[Any], *, name: str, user: str, password: str) -> None:
    """Make or change the user, give it the schema, and make the extensions."""
    role = sql.Identifier(user)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, sql.Literal(password)))
    # Through PgBouncer a connection cannot bring its limits along; the role has them.
    for setting, value in limits().items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), sql.Literal(value))
        )
    connection.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(name), role))
    connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(role))
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def limits() -> dict[str, str]:
    """Return what the settings give each connection by `options`: "-c name=value -c …"."""
    words = shlex.split(settings.DATABASES["default"]["OPTIONS"]["options"])
    return dict(word.split("=", 1) for word in words if "=" in word)
