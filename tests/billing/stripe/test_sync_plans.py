"""The plans, brought to Stripe."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Tier
from billing import plans, stripe_catalogue
from billing.plans import Currency, Interval
from billing.provider import PlanNotOnSale
from tests.fakes.stripe_account import Account

pytestmark = pytest.mark.django_db


def sync() -> list[str]:
    told = StringIO()
    call_command("sync_plans", stdout=told)
    return told.getvalue().splitlines()


def prices(account: Account) -> dict[str, Any]:
    found = account.client.v1.prices.list({"limit": 100, "active": True}).data
    return {str(one.lookup_key): one for one in found}


def test_every_plan_that_costs_something_has_its_prices(account: Account) -> None:
    sync()

    assert {one.id: one.name for one in account.client.v1.products.list().data} == {
        "huntaze_starter": "Huntaze Starter",
        "huntaze_pro": "Huntaze Pro",
        "huntaze_scale": "Huntaze Scale",
    }
    found = prices(account)
    assert len(found) == 3 * len(Currency) * len(Interval)
    for tier in (Tier.STARTER, Tier.PRO, Tier.SCALE):
        for currency in Currency:
            for interval in Interval:
                one = found[stripe_catalogue.lookup_key(tier, interval, currency)]
                assert one.unit_amount == plans.get(tier).price(currency, interval)
                assert (one.currency, one.recurring.interval) == (currency.value, interval.value)
                assert one.metadata["tier"] == tier.value
                assert stripe_catalogue.price_id(tier, interval, currency) == one.id


def test_a_second_time_nothing_happens(account: Account) -> None:
    sync()
    before = len(account.events())

    assert {line.split("  ")[0] for line in sync()} == {"left alone"}
    assert len(account.events()) == before


def test_a_new_amount_is_a_new_price_and_the_old_one_stays_for_who_has_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    key = stripe_catalogue.lookup_key(Tier.PRO, Interval.MONTH, Currency.EUR)
    old = prices(account)[key]
    assert stripe_catalogue.price_id(Tier.PRO, Interval.MONTH, Currency.EUR) == old.id
    dearer = replace(plans.get(Tier.PRO), prices=plans.prices(month=31_00, year=288_00))
    monkeypatch.setitem(plans.PLANS, "pro", dearer)

    assert {line for line in sync() if not line.startswith("left alone")} == {
        f"replaced    {key}",
        f"replaced    {stripe_catalogue.lookup_key(Tier.PRO, Interval.MONTH, Currency.USD)}",
        "changed     portal",
    }
    assert prices(account)[key].unit_amount == 31_00
    assert account.client.v1.prices.retrieve(old.id).active is False
    assert stripe_catalogue.price_id(Tier.PRO, Interval.MONTH, Currency.EUR) == prices(account)[key].id
    assert all(line.startswith("left alone") for line in sync())


def test_what_somebody_changed_at_stripe_is_put_right(account: Account) -> None:
    sync()
    account.client.v1.products.update("huntaze_pro", {"name": "Something else"})
    key = stripe_catalogue.lookup_key(Tier.PRO, Interval.MONTH, Currency.EUR)
    account.client.v1.prices.update(prices(account)[key].id, {"active": False})

    assert {line for line in sync() if not line.startswith("left alone")} == {
        "changed     Huntaze Pro",
        f"replaced    {key}",
        "changed     portal",
    }
    assert account.client.v1.products.retrieve("huntaze_pro").name == "Huntaze Pro"


def test_when_stripe_goes_away_in_the_middle_the_next_run_goes_on(account: Account) -> None:
    account.control("faults", kind="api_500", times=20, path="/v1/prices")

    with pytest.raises(CommandError, match="Stripe does not answer"):
        sync()
    account.control("deliveries", clear=True)
    sync()
    assert len(account.client.v1.products.list().data) == 3
    assert len(prices(account)) == 12


def test_a_plan_that_is_not_there_is_not_on_sale(account: Account) -> None:
    with pytest.raises(PlanNotOnSale):
        stripe_catalogue.price_id(Tier.PRO, Interval.MONTH, Currency.EUR)


def test_an_account_that_no_simulator_plays_is_left_alone(account: Account, settings: Any) -> None:
    del settings.STRIPE_API_HOST
    told = StringIO()

    call_command("sync_plans", "--simulated", stdout=told)

    assert told.getvalue() == ""
    assert not account.client.v1.products.list().data
