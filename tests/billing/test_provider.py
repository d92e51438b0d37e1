"""The product works with any payment provider that keeps to the interface."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Subscription
from billing.provider import Provider, current
from billing.stripe_provider import StripeProvider
from tests.conftest import api_client
from tests.fakes.paper_provider import PaperProvider

pytestmark = pytest.mark.django_db

# Checked by mypy: both keep to the interface.
PROVIDERS: list[Provider] = [StripeProvider(), PaperProvider()]


@pytest.fixture
def on_paper(settings: Any) -> None:
    settings.PAYMENT_PROVIDER = "tests.fakes.paper_provider.PaperProvider"


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_stripe_is_what_the_settings_name() -> None:
    assert isinstance(current(), StripeProvider)


def test_a_plan_is_bought_of_another_provider(on_paper: None, browser: Client) -> None:
    sent = browser.post("/app/billing/subscribe", {"plan": "pro", "interval": "month", "currency": "eur"})

    assert sent["Location"] == "https://paper.example/pro/14/new"


@pytest.mark.parametrize(("status", "page"), [("paused", "pro/0/sub_1"), ("canceled", "pro/0/new")])
def test_who_had_a_plan_has_no_trial_and_what_waits_makes_room(
    on_paper: None, browser: Client, bob: User, status: str, page: str
) -> None:
    now = timezone.now()
    Subscription.objects.create(
        user=bob, stripe_id="sub_1", status=status, plan="pro", interval="month", currency="eur",
        period_ends_at=now, updated_at=now,
    )  # fmt: skip

    sent = browser.post("/app/billing/subscribe", {"plan": "pro", "interval": "month", "currency": "eur"})

    assert sent["Location"] == f"https://paper.example/{page}"


def test_its_refusals_are_told_in_the_page_and_by_the_api(on_paper: None, browser: Client, bob: User) -> None:
    shown = browser.post("/app/billing/portal", follow=True).content.decode()
    late = browser.get("/app/billing/back", follow=True).content.decode()
    client: APIClient = api_client(bob)
    answer = client.post("/api/stripe/portal")

    assert "There is no subscription yet" in shown
    assert "Your payment is being confirmed" in late
    assert (answer.status_code, answer.json()["code"]) == (409, "never_subscribed")
