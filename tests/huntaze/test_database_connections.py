"""Connections of the pool: the dead are replaced, and the living cost no round trip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from django.db import connection

from huntaze.database.base import TRUSTED_SECONDS, Connection, DatabaseWrapper, check
from tests import database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pooled() -> Iterator[Connection]:
    """A connection as the pool makes them, of this test alone, that was taken a moment ago."""
    parameters = cast(DatabaseWrapper, connection).get_connection_params()
    with Connection.connect(**{**parameters, "autocommit": True}) as made:
        check(made)
        yield made


def terminate(pid: int) -> None:
    with database.maintenance() as server:
        assert server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_its_server_ended_is_replaced_before_it_is_used() -> None:
    ended = backend()
    connection.close()

    terminate(ended)

    assert backend() != ended


def test_a_dead_connection_is_seen(pooled: Connection) -> None:
    terminate(pooled.info.backend_pid)

    with pytest.raises(psycopg.OperationalError):
        check(pooled)


def test_a_sound_one_is_not_asked(pooled: Connection) -> None:
    pooled.execute("SELECT 'before'")
    check(pooled)

    assert last_statement(pooled) == "SELECT 'before'"


def test_one_that_was_idle_for_long_is_asked(pooled: Connection) -> None:
    pooled.execute("SELECT 'before'")
    pooled.taken_at -= TRUSTED_SECONDS + 1

    check(pooled)

    assert last_statement(pooled) == ""


def last_statement(other: Connection) -> str:
    with database.maintenance() as server:
        row = server.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [other.info.backend_pid]).fetchone()
    assert row is not None
    return str(row[0])
