"""The page of figures: every number on it, reckoned by hand from the weeks in `hand`."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from analytics import behind, board, fan_rows, paying, ranges
from analytics.pages import ai, breakdowns, cards, people, trend
from analytics.pages import overview as overview_page
from tests.analytics import hand
from tests.analytics.hand import FAN, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(alice: User) -> board.Board:
    hand.live(alice)
    return board.read(alice, ranges.preset(alice, "7d", today=NOW.date()))


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=lambda: NOW)
    for module in (overview_page, people):
        monkeypatch.setattr(module, "timezone", clock)


def told(week: board.Board, alice: User) -> dict[str, tuple[str, str]]:
    return {card.key: (card.value, card.change.words) for card in cards.of(alice, week)}


def test_the_cards(week: board.Board, alice: User) -> None:
    assert told(week, alice) == {
        # 8 + 4 + 16, less the 4 that went back; before 8 + 8.
        "net_revenue": ("€24.00", "50.0% more than before"),
        # A and B; before A and D.
        "paying_fans": ("2", "As in the period before"),
        "arppu": ("€12.00", "50.0% more than before"),
        # Of A and D, D did not come back; in the week before that, E alone paid, and did not come back either.
        # Two fans are too few for a share: the note says what is known.
        "fan_churn": ("Not enough data", "Nothing to compare with"),
        "new_followers": ("3", "200.0% more than before"),
        "views": ("5", "Nothing to compare with"),
    }
    churn = next(card for card in cards.of(alice, week) if card.key == "fan_churn")
    assert (churn.note, churn.raw, churn.told) == ("1 of 2 fans", Decimal(50), (None, None))


def test_of_enough_fans_a_share_is_told(week: board.Board, alice: User) -> None:
    paid = paying.Paying(now=6, before=8, stayed=6, long_before=5, stayed_before=2)

    card = cards.churn(week, paid)

    # 2 of 8; before 3 of 5. Fewer is good.
    assert (card.value, card.note) == ("25.0%", "2 of 8 fans")
    assert (card.change.words, card.change.direction, card.change.mood) == (
        "35.0 points less than before",
        "down",
        "good",
    )


def test_dollars_are_another_figure_and_never_added(week: board.Board, alice: User) -> None:
    dollars = board.read(alice, week.range, "usd")

    assert week.currencies == dollars.currencies == ("eur", "usd")
    assert told(dollars, alice)["net_revenue"] == ("$8.00", "Nothing to compare with")
    assert told(dollars, alice)["paying_fans"][0] == "1"
    assert [(one.label, one.value) for one in breakdowns.by_currency(week)] == [("EUR", "€24.00"), ("USD", "$8.00")]


def test_the_curve_has_every_day_and_the_week_before(week: board.Board) -> None:
    curve = trend.of(week, "revenue")

    assert [(name, int(value)) for name, value in curve.points] == [
        ("22 Nov", 800), ("23 Nov", 400), ("24 Nov", 0), ("25 Nov", 1600), ("26 Nov", -400), ("27 Nov", 0), ("28 Nov", 0),
    ]  # fmt: skip
    assert [int(value) for _name, value in curve.before] == [800, 800, 0, 0, 0, 0, 0]


def test_where_the_money_comes_from(week: board.Board, alice: User) -> None:
    sources = [(bar.label, bar.value, bar.note, bar.share) for bar in breakdowns.by_source(alice, week)]
    platforms = [(bar.label, bar.value) for bar in breakdowns.by_platform(alice, week)]

    assert sources == [
        ("Pay per view", "€16.00", "67%", 100),
        ("New subscriptions", "€8.00", "33%", 50),
        # Four came, and four went back.
        ("Tips", "€0.00", "0%", 0),
    ]
    assert platforms == [("OnlyFans", "€24.00"), ("Fansly", "€0.00")]


def test_the_posts(week: board.Board, alice: User) -> None:
    earned, viewed = breakdowns.top_posts(alice, week)

    assert [(post.name.label, post.value) for post in earned] == [("Rain", "€16.00")]
    assert [(post.name.label, post.value) for post in viewed] == [("Rain", "3")]


def test_from_view_to_payment(week: board.Board, alice: User) -> None:
    steps = [(step.value, step.share, step.rate) for step in people.funnel(alice, week)]

    # Visitor 1 looked twice on one day; A had paid before.
    assert steps == [("4", 100, ""), ("3", 75, "Not enough data"), ("2", 50, "Not enough data")]
    # Of ten on, the share is told.
    assert people.rate(3, 10) == "30.0% of the step before"


def test_when_fans_are_there(week: board.Board, alice: User) -> None:
    hours = people.sections(alice, week, now=NOW)["hours"]

    sunday, monday = hours["rows"][6]["cells"][18], hours["rows"][0]["cells"][9]
    # Four views and two follows on Sunday at six; a view and a follow on Monday at nine are too few.
    assert sunday == {"said": "Sunday, 18:00–19:00: 6", "level": 5}
    assert monday == {"said": "Monday, 9:00–10:00: too little to tell", "level": 0}
    # In the middle of Monday (16 November, 12:00) is a third thing, alone in its hour: 9 in 168 hours, 6 of them here.
    assert [one["why"] for one in hours["best"]] == ["6 things that fans did, on 1 day; 112 times the average hour."]


def test_who_stays(week: board.Board, alice: User) -> None:
    triangle = people.sections(alice, week, now=NOW)["cohorts"]

    assert [(row["name"], row["size"], [cell["shown"] for cell in row["cells"]]) for row in triangle["rows"]] == [
        ("Sep 2026", "1", ["100%", "0%", "0%"]),
        ("Oct 2026", "1", ["100%", "100%"]),
        ("Nov 2026", "4", ["100%"]),
    ]


def test_who_is_at_risk(week: board.Board, alice: User) -> None:
    late = people.sections(alice, week, now=NOW)["at_risk"]

    # F paid every ten days, and has not for 78. E pays every 36 days: there are 18 since.
    assert [(one.name.label, one.payments) for one in late] == [(f"Fan {FAN['F'][:8]}", 2)]


def test_what_ai_did(week: board.Board, alice: User) -> None:
    assert [(line.label, line.value) for line in ai.panel(alice, week)] == [
        ("Drafts made", "2"),
        ("Drafts used", "1"),
        ("Drafts edited", "1"),
        ("Proposals rejected", "1"),
        ("Cost", "$0.0015"),
        ("Saved", "$0.014"),
    ]


@pytest.mark.parametrize(
    ("metric", "dimension", "rows"),
    [
        ("earning.net", None, 4),
        ("earning.net", "tip", 2),
        ("platform.earned", "onlyfans", 2),
        ("page.viewed", None, 5),
        ("content.viewed", None, 3),
        ("fan.followed", None, 3),
        ("generation.finished", "done", 2),
        ("ai.cost", None, 2),
    ],
)
def test_behind_each_figure_are_its_rows(
    metric: str, dimension: str | None, rows: int, week: board.Board, alice: User, bob: User
) -> None:
    hand.earned(bob, hand.at(11, 24), "A", 800)
    found = behind.page(behind.wanted(alice, metric, week.range, "eur", dimension))

    assert len(found.events) == rows
    assert {event.user_id for event in found.events} == {alice.pk}


@pytest.mark.parametrize(
    ("group", "said", "fans"),
    [
        ("paying", {"currency": "eur"}, "AB"),
        ("paying", {}, "ACB"),
        ("lost", {}, "D"),
        ("new", {}, "CB"),
        ("late", {}, "F"),
        ("cohort", {"month": "2026-10", "later": "1"}, "E"),
    ],
)
def test_behind_each_number_of_fans_are_they(
    group: str, said: dict[str, str], fans: str, week: board.Board, alice: User
) -> None:
    found = fan_rows.page(group, alice, week.range, said, now=NOW)

    assert [row.fan for row in found.rows] == [FAN[name] for name in fans]


@pytest.mark.usefixtures("week", "frozen")
def test_the_page_says_it_all(client: Client, alice: User) -> None:
    client.force_login(alice)

    text = client.get("/app/analytics?range=7d").text

    for figure in ("€24.00", "50.0% more than before", "1 of 2 fans", "112 times", "$0.0015", "Rain"):
        assert figure in text


def test_a_new_account_sees_what_is_missing_and_no_zeros(client: Client, alice: User) -> None:
    client.force_login(alice)

    response = client.get("/app/analytics")

    assert response.status_code == 200
    assert "Nothing was counted yet" in response.text
    assert response.text.count("n/a") >= 6
    assert "€0.00" not in response.text


def csv_of(client: Client, url: str) -> list[str]:
    response: Any = client.get(url)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode().lstrip("\ufeff").split("\r\n")


@pytest.mark.usefixtures("week", "frozen")
def test_files_have_the_same_figures(client: Client, alice: User) -> None:
    client.force_login(alice)

    assert csv_of(client, "/app/analytics/export/sources.csv?range=7d")[:3] == [
        "source,count,amount,currency", "ppv,1,16.00,EUR", "subscription,1,8.00,EUR",
    ]  # fmt: skip
    assert "net_revenue,24.00,16.00,EUR" in csv_of(client, "/app/analytics/export/kpis.csv?range=7d")
    assert "followers,3,75.00" in csv_of(client, "/app/analytics/export/funnel.csv?range=7d")
    assert "cost,0.001500,USD" in csv_of(client, "/app/analytics/export/ai.csv?range=7d")
    assert len(csv_of(client, "/app/analytics/export/hours.csv?range=7d")) == 1 + 168 + 1
