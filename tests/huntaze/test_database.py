"""The pool of database connections gets over a PostgreSQL that was away, at once and for every request."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from time import monotonic, sleep
from typing import Any, LiteralString, cast

import pytest
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.test import Client, RequestFactory
from psycopg import sql
from rest_framework.response import Response

from accounts.models import User
from huntaze import error_pages, problems
from tests import database

pytestmark = pytest.mark.django_db

NAME = "pool under test"
GROWN_TO = 12
SOON = 3.0
"""Seconds. What the pool waits between two looks at dead connections adds up to more with the first few of them."""

Open = Callable[..., DatabaseWrapper]


@pytest.fixture
def open_one(db: None) -> Iterator[Open]:
    """Open connections of a pool that nothing else uses. They are PostgreSQL's own, without a transaction around."""
    backend = cast(type[DatabaseWrapper], type(connections["default"]))
    base = copy.deepcopy(connections.settings["default"] | {"NAME": connection.settings_dict["NAME"]})
    base["OPTIONS"]["application_name"] = NAME
    alias = f"{connection.alias}, under test"

    def open_it(*, name: str = "", **pool: Any) -> DatabaseWrapper:
        settings = copy.deepcopy(base)
        settings["NAME"] = name or settings["NAME"]
        settings["OPTIONS"]["pool"] |= pool
        return backend(settings, alias=alias)

    yield open_it
    open_it().close_pool()


def ask(one: DatabaseWrapper) -> float:
    """Ask something as a request does, and return the seconds that it took."""
    began = monotonic()
    with closing(one), one.cursor() as cursor:
        cursor.execute("SELECT 1")
    return monotonic() - began


def grow(open_one: Open, **pool: Any) -> None:
    """Use as many connections at once as the pool then keeps."""
    with ExitStack() as at_once:
        for _ in range(GROWN_TO):
            one = at_once.enter_context(closing(open_one(**pool)))
            one.ensure_connection()


def end_all() -> int:
    """End the pool's connections at the other side, as a restart of PostgreSQL does."""
    with database.maintenance() as server:
        found = server.execute(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = %s", [NAME]
        ).fetchone()
    return int(found[0]) if found else 0


@pytest.fixture
def elsewhere(worker: str) -> Iterator[Callable[[LiteralString], object]]:
    """A database that can be made to refuse everybody, as a PostgreSQL does that is away."""
    name = sql.Identifier(f"outage_{worker}")
    with database.maintenance() as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield lambda admits: server.execute(
            sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, sql.SQL(admits))
        )
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_pool_full_of_dead_connections_answers_the_first_request_at_once(open_one: Open) -> None:
    grow(open_one)
    assert end_all() >= GROWN_TO

    assert ask(open_one()) < SOON


def test_the_requests_that_come_together_after_a_restart_are_all_answered(open_one: Open) -> None:
    grow(open_one)
    assert end_all() >= GROWN_TO

    with ThreadPoolExecutor(GROWN_TO) as clients:
        took = list(clients.map(lambda _: ask(open_one()), range(3 * GROWN_TO)))

    assert max(took) < SOON


def test_after_a_long_outage_the_pool_is_not_away_for_as_long_again(
    open_one: Open, elsewhere: Callable[[LiteralString], object], worker: str
) -> None:
    there = functools.partial(open_one, name=f"outage_{worker}", timeout=1)
    ask(there())
    elsewhere("false")
    end_all()
    with pytest.raises(OperationalError, match="couldn't get a connection"):
        ask(there())

    # The waits between attempts would be 1, 2, 4 and 8 s: the last one would have begun just now.
    sleep(7.5)
    elsewhere("true")

    assert ask(open_one(name=f"outage_{worker}", timeout=10)) < SOON


def test_a_connection_that_lives_is_used_again(open_one: Open) -> None:
    seen = set()
    for _ in range(10):
        with closing(open_one()) as one, one.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            seen.add(cursor.fetchone())

    # One that the pool began with, and one that the first request did not want to wait for.
    assert len(seen) <= 2


# --- What the API says of it ------------------------------------------------------------------------------------------


def answer_to(one: DatabaseWrapper, statement: str) -> Response | None:
    """Return what a client of the API gets when `statement` fails in its request."""
    with closing(one), pytest.raises(DatabaseError) as raised, one.cursor() as cursor:
        cursor.execute(statement)
    return problems.handle(raised.value, {})


@pytest.mark.parametrize(
    "statement",
    ["SELECT pg_terminate_backend(pg_backend_pid())", "DO $$ BEGIN RAISE SQLSTATE '57P03'; END $$"],
)
def test_a_database_that_goes_away_is_a_problem_of_its_own(open_one: Open, statement: str) -> None:
    answer = answer_to(open_one(), statement)

    assert answer is not None
    assert (answer.status_code, answer.data["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "2"


@pytest.mark.parametrize(
    "statement",
    [
        "SET statement_timeout = 1; SELECT pg_sleep(10)",
        "DO $$ BEGIN RAISE deadlock_detected; END $$",
        "SELECT * FROM no_such_table",
    ],
)
def test_a_statement_that_fails_is_a_crash_that_is_reported(open_one: Open, statement: str) -> None:
    assert answer_to(open_one(), statement) is None


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Our database does not answer"), ("fr", "Notre base de données ne répond pas")]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_says_that_it_is_back_in_a_moment(open_one: Open, language: str, words: str, method: str) -> None:
    request = RequestFactory(headers={"Accept-Language": language}).generic(method, "/app/posts?q=rain")
    one = open_one()
    try:
        with closing(one), one.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    except OperationalError:
        answer = error_pages.server_error(request)

    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "2", "no-store")
    assert f'<html lang="{language}"' in page
    assert words in page
    # A form would be sent without its fields.
    assert ('href="/app/posts?q=rain"' in page) is (method == "GET")


@pytest.mark.parametrize("path", ["/app/", "/app/posts", "/app/calendar?view=week", "/app/media", "/login", "/@alice"])
def test_every_page_answers_so_while_the_database_is_away(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    client.force_login(alice)
    client.raise_request_exception = False

    def gone(*_arguments: Any, **_options: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(SQLCompiler, "execute_sql", gone)
    answer = client.get(path)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "Back in a moment" in answer.text
    assert "Content-Security-Policy" in answer


def test_a_session_that_cannot_be_looked_up_is_the_same_problem(open_one: Open) -> None:
    one = open_one()
    try:
        with closing(one), one.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    except OperationalError:
        # As Django calls it: while the error is being handled.
        answer = error_pages.server_error(RequestFactory().get("/api/usage/"))

    assert answer.status_code == 503
    assert json.loads(answer.content)["code"] == "unavailable"
    assert answer["Retry-After"] == "2"
