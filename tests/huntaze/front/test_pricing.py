"""The plans side by side: prices from the catalogue, in both currencies and intervals."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import plans
from billing.models import Subscription
from billing.plans import Currency, Interval
from tests.strict_templates import refuse_unknown_variables


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


def prices(page: str) -> list[str]:
    return [unescape(found).replace("\u202f", " ") for found in re.findall(r'plan-price"><strong>([^<]+)<', page)]


@pytest.mark.parametrize(
    ("query", "language", "shown"),
    [
        ("", "en", ["$0", "$12", "$29", "$99"]),
        ("", "fr", ["0 €", "12 €", "29 €", "99 €"]),
        ("?currency=eur", "en", ["€0", "€12", "€29", "€99"]),
        ("?currency=usd", "fr", ["0 $", "12 $", "29 $", "99 $"]),
        ("?interval=year", "en", ["$0", "$10", "$24", "$82"]),
        ("?currency=eur&interval=year", "fr", ["0 €", "10 €", "24 €", "82 €"]),
        ("?currency=gbp&interval=day", "en", ["$0", "$12", "$29", "$99"]),
    ],
)
def test_each_choice_has_its_prices(client: Client, query: str, language: str, shown: list[str], db: None) -> None:
    assert prices(client.get(f"/pricing{query}", headers={"Accept-Language": language}).text) == shown


def test_a_year_tells_what_it_costs_and_saves(client: Client, db: None) -> None:
    page = " ".join(client.get("/pricing?currency=eur&interval=year").text.split())
    assert "€288 a year: €60 less than by the month" in page


def test_the_chosen_one_is_marked_and_the_others_are_links(client: Client, db: None) -> None:
    page = unescape(client.get("/pricing?currency=eur&interval=year").text)
    chosen = re.findall(r'href="(/pricing\?[^"]+)"\s+aria-current="true"', page)
    assert chosen == ["/pricing?currency=eur&interval=year#plans"] * 2
    assert 'href="/pricing?currency=usd&interval=year#plans"' in page
    assert 'href="/pricing?currency=eur&interval=month#plans"' in page


def ways(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Return the label of each plan's button, and where it leads."""
    page = unescape(client.get(f"/pricing{query}").text)
    cards = page.partition('class="plans"')[2].partition("front-section")[0].split('<section class="card')[1:]
    found = []
    for card in cards:
        (address,) = re.findall(r'(?:href|action)="([^"]+)"', card)
        label = re.findall(r">\s*([^<>\s][^<>]*?)\s*<", card.rpartition('class="button ')[2])[0]
        found.append((label, address))
    return found


def test_a_visitor_signs_up_and_then_comes_to_the_plan_they_chose(client: Client, db: None) -> None:
    assert "Every account starts on Free" in client.get("/pricing").text
    free, *others = ways(client, "?currency=eur&interval=year")
    assert free == ("Start free", "/signup")
    for (label, address), tier in zip(others, ("starter", "pro", "scale"), strict=True):
        assert label == f"Try {tier.title()}"
        there = parse_qs(urlsplit(address).query)["next"][0]
        assert there == f"/app/billing/choose?plan={tier}&interval=year&currency=eur"
        assert there in unescape(client.get(address).text)


def test_a_creator_goes_straight_to_checkout(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert ways(client)[0] == ("Open Huntaze", "/app/")
    assert ways(client)[2] == ("Try Pro", "/app/billing/subscribe")
    page = client.get("/pricing?currency=eur&interval=year").text
    assert page.count('name="interval" value="year"') == len(plans.PLANS) - 1
    subscribed(bob, status="canceled")
    assert ways(client)[2] == ("Choose Pro", "/app/billing/subscribe")


def test_who_has_a_plan_changes_it(client: Client, bob: User) -> None:
    client.force_login(bob)
    subscribed(bob, status="active")

    assert ways(client) == [
        ("Open Huntaze", "/app/"),
        ("Change to Starter", "/app/billing/change/starter/month"),
        ("Your plan", "/app/billing"),
        ("Change to Scale", "/app/billing/change/scale/month"),
    ]


def test_who_is_no_creator_just_goes_in(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    assert set(ways(client)) == {("Open Huntaze", "/app/")}


def subscribed(user: User, *, status: str) -> None:
    now = timezone.now()
    Subscription.objects.create(
        user=user, stripe_id=f"sub_{user.pk}", status=status, plan="pro", interval="month", currency="eur",
        period_ends_at=now, updated_at=now,
    )  # fmt: skip


def test_the_table_tells_what_the_catalogue_says(client: Client, db: None) -> None:
    page = unescape(client.get("/pricing").text).replace("\xa0", " ")
    row = page.partition("AI credits a month\n")[2].partition("</tr>")[0]
    assert re.findall(r'<td class="figure">([^<]+)<', row) == ["200", "2,000", "8,000", "40,000"]
    assert "500 GB" in page


class TestCatalogue:
    @pytest.mark.parametrize("plan", plans.PLANS.values(), ids=str)
    @pytest.mark.parametrize("currency", Currency)
    def test_every_plan_has_a_whole_price_in_every_currency_and_interval(
        self, plan: plans.Plan, currency: Currency
    ) -> None:
        month, year = (plan.price(currency, interval) for interval in (Interval.MONTH, Interval.YEAR))
        assert isinstance(month, int)
        assert 0 <= year <= 12 * month
        assert (month == 0) == (year == 0) == (plan.tier == "free")

    @pytest.mark.parametrize("currency", Currency)
    def test_more_costs_more(self, currency: Currency) -> None:
        found = [plan.price(currency, Interval.MONTH) for plan in plans.PLANS.values()]
        assert found == sorted(set(found))

    def test_a_month_of_a_year_is_never_told_cheaper_than_it_is(self) -> None:
        plan = plans.Plan("pro", 1, 1, 1, 1, 1, 1, plans.prices(month=1_000, year=9_999))  # type: ignore[arg-type]
        assert plan.monthly_price(Currency.EUR, Interval.YEAR) == 834
