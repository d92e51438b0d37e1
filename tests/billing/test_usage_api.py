"""GET /api/usage/: the credits of this month."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from billing import quota
from tests.conftest import api_client

pytestmark = pytest.mark.django_db

URL = "/api/usage/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_it_tells_what_is_used_reserved_and_left(alice: User) -> None:
    settled = quota.reserve(alice, credits=30, premium=False, now=NOW)
    quota.settle(settled.pk, credits=12, now=NOW)
    quota.reserve(alice, credits=5, premium=True, now=NOW)

    with time_machine.travel(NOW, tick=False):
        response = api_client(alice).get(URL)

    assert response.status_code == 200
    assert response.json() == {
        "plan": "pro",
        "limit": 8_000,
        "used": 12,
        "reserved": 5,
        "left": 7_983,
        "resets_at": "2026-12-01T00:00:00Z",
    }


def test_each_account_sees_its_own(alice: User, bob_api: APIClient) -> None:
    quota.reserve(alice, credits=5, premium=False, now=NOW)

    assert bob_api.get(URL).json()["used"] == bob_api.get(URL).json()["reserved"] == 0


def test_without_a_key_it_is_401() -> None:
    response = APIClient().get(URL)

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_it_asks_the_database_twice(alice_api: APIClient, django_assert_num_queries: object) -> None:
    alice_api.get(URL)

    # For the key with its user, and for the month.
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's fixture has no public type
        assert alice_api.get(URL).status_code == 200
