"""From "Choose Pro" to the plan, as a creator goes: our page, Stripe's page, and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Subscription
from tests.billing.stripe.paying import send
from tests.conftest import api_client
from tests.fakes.stripe_account import Account

pytestmark = pytest.mark.django_db

GOOD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"


@pytest.fixture
def shop(account: Account) -> Account:
    call_command("sync_plans", verbosity=0)
    return account


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def choose(browser: Client, plan: str = "pro", interval: str = "month", currency: str = "eur") -> str:
    sent = browser.post("/app/billing/subscribe", {"plan": plan, "interval": interval, "currency": currency})
    assert sent.status_code == 302
    return str(sent["Location"])


def tier(user: User) -> str:
    user.refresh_from_db()
    return user.tier


def had_a_plan(user: User, status: str = "canceled") -> None:
    """Somebody who has used their trial."""
    now = timezone.now()
    Subscription.objects.create(
        user=user, stripe_id="sub_before", status=status, plan="pro", interval="month", currency="eur",
        period_ends_at=now, updated_at=now,
    )  # fmt: skip


def test_a_trial_begins_without_a_card_and_is_there_before_any_webhook(
    shop: Account, browser: Client, bob: User
) -> None:
    page = choose(browser, "starter", "year")
    assert page.startswith(shop.url)

    reached, _ = shop.submit(page)
    assert reached.endswith("/app/billing/back")
    shown = browser.get("/app/billing/back", follow=True)
    assert tier(bob) == "starter"
    row = Subscription.objects.get(user=bob)
    assert (row.status, row.interval, row.currency) == ("trialing", "year", "eur")
    assert "You are on Starter" in shown.content.decode()
    assert row.trial_ends_at is not None
    assert row.trial_ends_at - timezone.now() > timedelta(days=13)


def test_who_had_a_plan_pays_at_once(shop: Account, browser: Client, bob: User) -> None:
    had_a_plan(bob)
    page = choose(browser, currency="usd")

    assert "29.00 EUR" in shop.submit(page, action="code", code="x")[1]
    assert "declined" in shop.submit(page, number=DECLINED)[1]
    assert tier(bob) == "free"
    shop.submit(page, number=GOOD)
    browser.get("/app/billing/back")
    assert tier(bob) == "pro"
    # They had paid in euros before.
    assert Subscription.objects.get(user=bob).currency == "eur"


def test_the_webhooks_alone_do_the_same(shop: Account, browser: Client, bob: User) -> None:
    shop.submit(choose(browser))
    for event in list(shop.server.world.objects["event"].values()):
        assert send(event) == 200

    assert tier(bob) == "pro"


def test_nobody_buys_twice(shop: Account, browser: Client, bob: User) -> None:
    had_a_plan(bob)
    first, second = choose(browser), choose(browser, "scale")
    assert "expired" in shop.read_any(first)
    shop.submit(second, number=GOOD)
    browser.get("/app/billing/back")

    again = choose(browser)
    assert again == "/app/billing/change/pro/month"
    api = api_client(bob).post("/api/stripe/create-checkout", {"plan": "pro"}, format="json")
    assert (api.status_code, api.json()["code"]) == (409, "already_subscribed")
    assert len(shop.client.v1.subscriptions.list({"status": "all"}).data) == 1


def test_a_plan_is_changed_and_cancelled_in_the_portal(shop: Account, browser: Client, bob: User) -> None:
    had_a_plan(bob)
    shop.submit(choose(browser), number=GOOD)
    browser.get("/app/billing/back")
    portal = str(browser.post("/app/billing/portal")["Location"])
    subscription = Subscription.objects.get(user=bob).stripe_id
    scale = shop.client.v1.prices.list({"lookup_keys": ["huntaze_scale_month_eur"]}).data[0].id

    shop.submit(portal, action="change", subscription=subscription, price=scale)
    browser.get("/app/billing/back")
    assert tier(bob) == "scale"
    shop.submit(portal, action="cancel", subscription=subscription)
    shown = browser.get("/app/billing/back", follow=True).content.decode()
    assert "The plan ends on" in shown
    assert tier(bob) == "scale"
    shop.submit(portal, action="resume", subscription=subscription)
    shown = browser.get("/app/billing/back", follow=True).content.decode()
    assert "Renews on" in shown


def test_who_paused_can_begin_again(shop: Account, browser: Client, bob: User) -> None:
    shop.submit(choose(browser))
    shop.control("advance", seconds=15 * 86_400)
    browser.get("/app/billing/back")
    assert (Subscription.objects.get(user=bob).status, tier(bob)) == ("paused", "free")

    shop.submit(choose(browser, "scale"), number=GOOD)
    browser.get("/app/billing/back")
    assert (Subscription.objects.get(user=bob).status, tier(bob)) == ("active", "scale")


def test_the_api_gives_the_same_pages(shop: Account, bob: User) -> None:
    api = api_client(bob)
    assert api.post("/api/stripe/portal").json()["code"] == "never_subscribed"

    made = api.post(
        "/api/stripe/create-checkout", {"plan": "pro", "interval": "year", "currency": "usd"}, format="json"
    )
    assert made.status_code == 200
    assert made.json()["url"].startswith(shop.url)
    assert api.post("/api/stripe/portal").json()["url"].startswith(shop.url)


@pytest.mark.parametrize(
    "wrong", [{}, {"plan": "free"}, {"plan": "pro", "currency": "gbp"}, {"plan": "pro", "interval": "day"}]
)
def test_what_is_not_on_offer_is_refused(shop: Account, bob: User, browser: Client, wrong: dict[str, str]) -> None:
    api = api_client(bob).post("/api/stripe/create-checkout", wrong, format="json")
    assert (api.status_code, api.json()["code"]) == (400, "invalid_request")

    fields = {"interval": "month", "currency": "eur", **wrong}
    page = browser.post("/app/billing/subscribe", fields, follow=True)
    assert "not on offer" in page.content.decode()


def test_while_stripe_is_away_nothing_is_bought_and_that_is_said(account: Account, bob: User, browser: Client) -> None:
    account.control("faults", kind="api_500", times=200)

    api: Any = api_client(bob).post("/api/stripe/create-checkout", {"plan": "pro"}, format="json")
    assert (api.status_code, api.json()["code"]) == (503, "payments_unavailable")
    page = browser.post("/app/billing/subscribe", {"plan": "pro", "interval": "month", "currency": "eur"}, follow=True)
    assert "Nothing was charged" in page.content.decode()


def test_before_the_plans_are_at_stripe_none_is_sold(account: Account, bob: User) -> None:
    api = api_client(bob).post("/api/stripe/create-checkout", {"plan": "pro"}, format="json")

    assert (api.status_code, api.json()["code"]) == (503, "plan_not_on_sale")


def test_a_fan_has_no_plan(account: Account, charlie: User) -> None:
    assert isinstance(api_client(charlie), APIClient)
    assert api_client(charlie).post("/api/stripe/create-checkout", {"plan": "pro"}, format="json").status_code == 403


def test_the_page_asks_the_database_as_often_with_a_plan_as_without(
    shop: Account, browser: Client, bob: User, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        assert browser.get("/app/billing").status_code == 200
    had_a_plan(bob, "active")
    with django_assert_max_num_queries(12):
        assert browser.get("/app/billing").status_code == 200
