"""Log-ins are counted while Valkey is away, and nobody is kept out by its absence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from accounts.models import User
from huntaze.gunicorn import SECRET_PATHS
from huntaze.limits_cache import LimitsCache
from tests.conftest import PASSWORD


def shared() -> Any:
    return caches["default"]


@pytest.fixture
def away(settings: Any) -> Iterator[None]:
    """Valkey is nowhere."""
    options = settings.CACHES["default"]
    settings.CACHES = {"default": {**options, "LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    shared().own.clear()
    LimitsCache.away_until = 0.0


def test_people_log_in_and_guesses_are_counted(away: Any, alice: User) -> None:
    assert Client().post("/login", {"login": alice.email, "password": PASSWORD}).status_code == 302
    for _n in range(10):
        Client().post("/login", {"login": alice.email, "password": "wrong"})
    refused = Client().post("/login", {"login": alice.email, "password": PASSWORD})
    assert "Too many tries" in refused.text


def test_what_is_no_counter_is_forgotten(away: Any) -> None:
    shared().set("answer", 42)
    assert shared().get("answer") is None


def test_valkey_counts_for_all_processes_when_it_is_there(alice: User) -> None:
    Client().post("/login", {"login": alice.email, "password": "wrong"})
    assert list(shared().iter_keys("allauth:rl:*login_failed*"))
    assert not shared().own._cache


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/login/link/abc", "/login/link/…"),
        ("/login/link/sent", "/login/link/sent"),
        ("/login/reset/1-abc", "/login/reset/…"),
        ("/login/confirm/Mg:1x:y", "/login/confirm/…"),
        ("/calendar/abc.ics", "/calendar/…"),
        ("/app/calendar", "/app/calendar"),
        ("/login", "/login"),
    ],
)
def test_the_log_has_no_address_that_opens_something(path: str, logged: str) -> None:
    assert SECRET_PATHS.sub(r"\1…", path) == logged
