"""The user that Huntaze is to PostgreSQL is made by an administrator, on a real server."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg.conninfo import make_conninfo

from huntaze.management.commands import prepare_database

pytestmark = pytest.mark.django_db

# A role is the whole server's, which other processes test on as well.
USER = f"made_by_test_{os.getpid()}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[dict[str, Any]]:
    """The test's own server, as its administrator reaches it, with a DATABASE_URL that names a user who is not there."""
    told = connection.settings_dict
    administrator = {"host": told["HOST"], "port": told["PORT"] or 5432, "dbname": told["NAME"]}
    settings.DATABASE_ADMIN_URL = (
        f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}&port={told['PORT'] or 5432}"
    )
    owner = told["USER"]
    monkeypatch.setitem(told, "USER", USER)
    monkeypatch.setitem(told, "PASSWORD", "it's a secret")
    yield administrator | {"user": owner}
    with psycopg.connect(make_conninfo(**(administrator | {"user": owner})), autocommit=True) as closing:
        closing.execute(f"DROP OWNED BY {USER}")
        closing.execute(f"DROP ROLE {USER}")


def rows(server: dict[str, Any], statement: str) -> list[Any]:
    with psycopg.connect(make_conninfo(**server)) as opened:
        return opened.execute(statement).fetchall()


def test_the_user_may_make_tables_and_nothing_more_and_has_the_limits_of_the_settings(server: dict[str, Any]) -> None:
    call_command("prepare_database", verbosity=0)
    call_command("prepare_database", verbosity=0)

    ((is_superuser, may_make_roles, limits),) = rows(
        server, f"SELECT rolsuper, rolcreaterole, rolconfig FROM pg_roles WHERE rolname = '{USER}'"
    )
    assert (is_superuser, may_make_roles) == (False, False)
    assert set(limits) == {
        "statement_timeout=15000",
        "lock_timeout=10000",
        "idle_in_transaction_session_timeout=30000",
    }
    there = {name for (name,) in rows(server, "SELECT extname FROM pg_extension")}
    assert set(prepare_database.EXTENSIONS) <= there
    assert rows(server, f"SELECT has_schema_privilege('{USER}', 'public', 'CREATE')") == [(True,)]


def test_without_an_administrator_it_says_which_variable_is_missing(settings: Any) -> None:
    settings.DATABASE_ADMIN_URL = ""

    with pytest.raises(CommandError, match="HUNTAZE_DATABASE_ADMIN_URL is missing"):
        call_command("prepare_database")


def test_the_administrator_is_never_turned_into_the_applications_user(settings: Any) -> None:
    settings.DATABASE_ADMIN_URL = f"postgresql://{connection.settings_dict['USER']}@127.0.0.1:1/none"

    with pytest.raises(CommandError, match="names the administrator"):
        call_command("prepare_database")


def test_a_server_that_refuses_is_told_in_a_line(server: dict[str, Any], settings: Any) -> None:
    call_command("prepare_database", verbosity=0)
    settings.DATABASE_ADMIN_URL = "postgresql://nobody@127.0.0.1:1/none"

    with pytest.raises(CommandError, match="PostgreSQL refused"):
        call_command("prepare_database")


NAMED_OTHERWISE = {"Trigram": "pg_trgm"}


def test_every_extension_of_the_migrations_is_made_by_the_administrator_and_allowed_in_the_cloud() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    made = {
        NAMED_OTHERWISE.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        for path in root.glob("*/migrations/*.py")
        for name in re.findall(r"\b([A-Z]\w+)Extension\(\)", path.read_text(encoding="utf-8"))
    }
    allowed = re.search(
        r"rds\.allowed_extensions: (\S+)", (root / "infra/stacks/database.yaml").read_text(encoding="utf-8")
    )

    assert made == set(prepare_database.EXTENSIONS)
    assert allowed
    assert set(allowed[1].split(",")) == made
