"""The pages of figures: how they are asked for, how much they cost, and what everybody can do with them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from analytics import ranges
from analytics.pages import asking, overview, people, rows
from tests.analytics import hand
from tests.analytics.hand import NOW
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)
    clock = SimpleNamespace(now=lambda: NOW)
    for module in (overview, people, rows):
        monkeypatch.setattr(module, "timezone", clock)


@pytest.fixture
def client(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    "url",
    ["/app/analytics?range=30d", "/app/analytics/rows/earning.net?range=90d", "/app/analytics/people/new?range=90d"],
)
def test_a_page_asks_as_much_for_one_row_as_for_many(url: str, client: Client, alice: User) -> None:
    hand.live(alice)
    client.get(url)
    few = queries(client, url)

    # F stays away, and so at risk, with a name to look up.
    for number in range(30):
        hand.earned(alice, NOW - timedelta(days=number, hours=1), "ABCDE"[number % 5], 100 + number)
    hand.roll_up()

    assert queries(client, url) == few


def test_rows_go_on_where_they_ended(client: Client, alice: User) -> None:
    for number in range(120):
        # Several in one moment: the place names the row, not the time alone.
        hand.earned(alice, NOW - timedelta(hours=number // 3), "A", 100 + number)
    seen: list[str] = []
    url = "/app/analytics/rows/earning.net?range=30d&currency=eur"
    pages = 0
    while url:
        response: Any = client.get(url, headers={"HX-Request": "true"})
        seen += [row.amount for row in response.context["rows"]]
        url = response.context["more"]
        pages += 1

    assert pages == 3
    assert sorted(seen) == sorted(f"€{(100 + number) / 100:.2f}" for number in range(120))


@pytest.mark.parametrize("after", ["x", "2026-11-28~x", "2026-11-28T00:00:00~00000000-0000-0000-0000-000000000001"])
def test_a_place_that_is_none_is_not_found(after: str, client: Client) -> None:
    assert client.get(f"/app/analytics/rows/earning.net?after={after}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "rows/account.signed_up",
        "rows/none",
        "people/none",
        "people/cohort?month=x",
        "people/cohort?month=2026-10&later=99",
        "export/none.csv",
    ],
)
def test_there_is_nothing_else(path: str, client: Client) -> None:
    assert client.get(f"/app/analytics/{path}").status_code == 404


def test_rows_of_somebody_else_are_not_shown(client: Client, bob: User) -> None:
    hand.earned(bob, NOW - timedelta(hours=1), "A", 800)

    page = client.get("/app/analytics/rows/earning.net").text

    assert "€8.00" not in page
    assert "Nothing happened in these days that counts here." in page


def test_rows_lead_on_to_the_post(client: Client, alice: User) -> None:
    post = hand.live(alice)

    page = client.get("/app/analytics/rows/content.earned?range=7d").text

    assert f'href="/app/posts/{post.pk}"' in page
    assert "−€4.00" in page


@pytest.mark.parametrize(
    "query", ["range=1y", "from=2026-12-01", "from=x", "from=2026-11-20&to=2026-11-01", "from=2020-01-01"]
)
def test_days_that_cannot_be_are_said_and_thirty_shown(query: str, client: Client) -> None:
    page = client.get(f"/app/analytics?{query}")

    assert page.status_code == 200
    assert "These days cannot be shown" in page.text
    assert page.context["range"].days == 30


def test_a_range_travels_with_every_link(client: Client, alice: User) -> None:
    hand.live(alice)

    page = client.get("/app/analytics?from=2026-11-22&to=2026-11-28&currency=usd").text

    assert "/app/analytics/rows/earning.net?from=2026-11-22&amp;to=2026-11-28&amp;currency=usd" in page
    assert "22 Nov – 28 Nov 2026, compared with 15 Nov – 21 Nov 2026." in page


def test_htmx_gets_the_board_alone(client: Client, alice: User) -> None:
    hand.live(alice)

    part = client.get("/app/analytics?range=7d", headers={"HX-Request": "true"}).text

    assert 'id="board"' in part
    assert "<html" not in part


def test_rows_as_a_file(client: Client, alice: User) -> None:
    hand.live(alice)

    response: Any = client.get("/app/analytics/rows/earning.net?range=7d&currency=eur&as=csv")

    lines = b"".join(response.streaming_content).decode().split("\r\n")
    assert len(lines) == 1 + 4 + 1
    assert lines[1].startswith("2026-11-26T12:00:00+00:00,earning.refunded,")


def test_presets_keep_the_currency() -> None:
    thirty = ranges.Range(NOW.date() - timedelta(days=29), NOW.date(), NOW.tzinfo, "30d")  # type: ignore[arg-type]

    found = list(asking.presets(thirty, "eur"))

    assert [one.chosen for one in found] == [False, True, False, False]
    assert all("currency=eur" in one.url for one in found)
