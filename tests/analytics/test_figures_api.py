"""The API of figures says what the page says, as raw values, and refuses what it cannot show."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import User
from tests.analytics import hand
from tests.analytics.hand import NOW

pytestmark = pytest.mark.django_db

WEEK = "from=2026-11-22&to=2026-11-28"


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch, alice: User) -> None:
    hand.live(alice)


def test_the_figures(alice_api: APIClient) -> None:
    body: Any = alice_api.get(f"/api/analytics/overview?{WEEK}").json()

    assert (body["currency"], body["currencies"]) == ("EUR", ["EUR", "USD"])
    assert body["compared_with"] == {"start": "2026-11-15", "end": "2026-11-21"}
    figures = {one["key"]: (one["value"], one["before"], one["change"]) for one in body["figures"]}
    assert figures["net_revenue"] == ("24.00", "16.00", "50.0")
    assert figures["paying_fans"] == ("2", "2", None)
    # Of two fans, no share is told.
    assert figures["fan_churn"] == (None, None, None)
    assert figures["views"] == ("5", "0", None)
    assert all(one["definition"] for one in body["figures"])


@pytest.mark.parametrize(
    "table", ["trend", "sources", "platforms", "content", "engagement", "funnel", "risk", "hours", "cohorts", "ai"]
)
def test_every_table_has_as_many_cells_as_columns(table: str, alice_api: APIClient) -> None:
    body: Any = alice_api.get(f"/api/analytics/tables/{table}?{WEEK}").json()

    assert {len(row) for row in body["rows"]} <= {len(body["columns"])}
    if table == "sources":
        assert body["rows"][0] == ["ppv", 1, "16.00", "EUR"]
        assert ["tip", 1, "8.00", "USD"] in body["rows"]


@pytest.mark.parametrize(
    "query", ["range=1y", "from=2026-13-01", "from=2026-11-28&to=2026-11-01", "from=1990-01-01", "to=2999-01-01"]
)
def test_a_range_that_cannot_be_is_a_problem(query: str, alice_api: APIClient) -> None:
    response = alice_api.get(f"/api/analytics/overview?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "invalid_request"


def test_a_key_needs_the_scope(alice: User) -> None:
    client = APIClient()
    for scope, status in (("usage", 403), ("analytics:read", 200)):
        _key, secret = api_keys.create(alice, name=scope, scopes=[scope], now=NOW)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")

        assert client.get("/api/analytics/overview").status_code == status


def test_there_is_no_other_table(alice_api: APIClient) -> None:
    assert alice_api.get("/api/analytics/tables/users").status_code == 404
