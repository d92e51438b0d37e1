"""The plans side by side: prices from the catalogue, in both currencies and intervals."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from billing import plans
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


def test_every_way_in_is_the_free_one(client: Client, db: None) -> None:
    page = client.get("/pricing").text
    assert "Every account starts on Free" in page
    plans_shown = page.partition('class="plans"')[2].partition("front-section")[0]
    assert re.findall(r'href="([^"]+)"', plans_shown) == ["/signup"] * len(plans.PLANS)


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
