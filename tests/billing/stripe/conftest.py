"""A Stripe account of one's own for each test, with the site's webhook told to it by hand or over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from django.core.management import call_command

from accounts.models import User
from billing import stripe_client
from tests.billing.stripe.paying import SECRET, Payer
from tests.billing.stripe.subscriber import Subscriber
from tests.fakes.stripe_account import Account


@pytest.fixture
def account(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    with Account() as one:
        settings.STRIPE_TEST_SECRET_KEY = one.key
        settings.STRIPE_API_HOST = one.url
        settings.STRIPE_WEBHOOK_SECRETS = (SECRET,)
        # dj-stripe's calls go to where the package itself points.
        monkeypatch.setattr(stripe, "api_base", one.url)
        stripe_client.configure()
        yield one


@pytest.fixture
def payer(account: Account, bob: User) -> Payer:
    return Payer(account, bob)


@pytest.fixture
def subscriber(account: Account, bob: User) -> Subscriber:
    call_command("sync_plans", verbosity=0)
    return Subscriber(account, bob)
