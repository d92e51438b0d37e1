"""Whatever dies or is away while Stripe tells of a purchase: in the end the plan is right, and was given once."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

import psycopg
import pytest
import stripe

from billing.plans import PLANS
from devstack import records
from tests.fakes.openai_server import OpenAIServer
from tests.processes.product import Product

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

PARTS: Final = "postgres,valkey,s3,stripe,database,web,worker-background,beat"
WITHIN_SECONDS: Final = 90
TESTS: Final = 6


class Shop:
    """The product, and the Stripe that tells it of things."""

    def __init__(self, product: Product) -> None:
        self.product = product
        announced = records.announced(product.stack.state)
        assert announced is not None
        self.url, self.key = announced[1]["STRIPE_API_HOST"], announced[1]["STRIPE_SECRET_KEY"]
        self.v1 = stripe.StripeClient(self.key, base_addresses={"api": self.url}).v1

    def control(self, name: str, **wanted: Any) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        address = f"{self.url}/_simulator/{name}"
        request = urllib.request.Request(address, json.dumps(wanted).encode(), headers, method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def price(self, tier: str) -> str:
        return self.v1.prices.list({"lookup_keys": [f"huntaze_{tier}_month_eur"]}).data[0].id


class Buyer:
    """A creator who buys while something goes wrong."""

    def __init__(self, shop: Shop, user: int, key: str, customer: str) -> None:
        self.shop, self.product = shop, shop.product
        self.user, self.key, self.customer = user, key, customer
        card = shop.v1.payment_methods.attach("pm_card_visa", {"customer": customer})
        shop.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card.id}})
        # What Stripe tells of that is done before anything goes wrong.
        self.product.wait_until(lambda: self.is_done(3), seconds=WITHIN_SECONDS)

    def buy(self, tier: str = "pro") -> None:
        self.shop.v1.subscriptions.create({"customer": self.customer, "items": [{"price": self.shop.price(tier)}]})

    def ask(self, query: str) -> Any:
        try:
            return self.product.one(query)
        except psycopg.OperationalError:
            # The database may be the one that was killed.
            return None

    def events(self, *which: str) -> int:
        """Return of how many events we know, of those that are so."""
        so = " AND ".join((f"customer = '{self.customer}'", *which))
        return int(self.ask(f"SELECT count(*) FROM billing_webhookevent WHERE {so}") or 0)

    def is_done(self, least: int) -> bool:
        """Say whether so many events came, and none of those that did is still waiting."""
        return self.events() >= least and self.events("processed_at IS NULL") == 0

    def assert_has(self, tier: str = "pro") -> None:
        """Wait until all that Stripe has to tell was done, and hold the account against it."""
        told = [one.id for one in self.shop.v1.events.list({"limit": 100}).auto_paging_iter() if self.is_about(one)]
        assert len(told) > 5
        self.product.wait_until(lambda: self.is_done(len(told)), seconds=WITHIN_SECONDS)
        assert self.events() == len(told)
        assert self.ask(f"SELECT tier FROM users WHERE id = {self.user}") == tier
        held = self.shop.v1.subscriptions.list({"customer": self.customer}).data
        assert self.product.rows(f"SELECT stripe_id, status, plan FROM subscriptions WHERE user_id = {self.user}") == [
            (held[0].id, "active", tier)
        ]
        changes = f"FROM analytics_events WHERE event = 'subscription.changed' AND user_id = {self.user}"
        assert self.ask(f"SELECT count(*) {changes} AND data->>'plan' = '{tier}'") == 1
        self.product.wait_until(self.product.answers, seconds=WITHIN_SECONDS)
        for _ in range(2):
            status, usage = self.product.call("GET", "/api/usage/", headers={"Authorization": f"Bearer {self.key}"})
            assert (status, usage["limit"]) == (200, PLANS[tier].credits)
        assert self.ask(f"SELECT count(*) FROM billing_quotaperiod WHERE user_id = {self.user}") == 1

    def is_about(self, event: Any) -> bool:
        about = event.data.object
        return self.customer in {about.get("customer"), about.get("id")}


@pytest.fixture(scope="module")
def product(provider_of_the_product: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = Product(tmp_path_factory.mktemp("product"), provider_of_the_product, parts=PARTS)
    try:
        running.up()
        yield running
    finally:
        running.stack.close()


@pytest.fixture
def shop(product: Product) -> Shop:
    # Whoever the last test killed is back first.
    product.wait_until(product.answers, seconds=WITHIN_SECONDS)
    made = Shop(product)
    made.control("deliveries", clear=True, haste=0.2)
    return made


@pytest.fixture(scope="module")
def creators(product: Product) -> list[list[str]]:
    """One for each test, made by one process, for that takes its time to start: id, API key, customer."""
    made = product.python(
        "from django.utils import timezone",
        "from accounts import api_keys",
        "from accounts.models import User",
        "from accounts.privacy import consents",
        "from billing import stripe_mirror",
        f"for number in range({TESTS}):",
        "    user = User.objects.create_user(f'buyer{number}@example.org', agreed=consents.PRESENT)",
        "    key = api_keys.create(user, name='test', now=timezone.now())[1]",
        "    print('made', user.pk, key, stripe_mirror.customer_of(user))",
    )
    return [line.split()[1:] for line in made.splitlines() if line.startswith("made")]


@pytest.fixture
def buyer(shop: Shop, creators: list[list[str]]) -> Buyer:
    user, key, customer = creators.pop()
    return Buyer(shop, int(user), key, customer)


def test_the_worker_dies_in_the_middle(product: Product, buyer: Buyer) -> None:
    with product.connect() as other:
        # As long as this is held, whoever does something about the customer is found in the middle.
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 727))", [buyer.customer])
        buyer.buy()
        waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        product.wait_until(lambda: product.one(waits) > 0, seconds=WITHIN_SECONDS)
        product.kill("worker-background")
        assert buyer.events("processed_at IS NULL", "attempts > 0") > 0

    buyer.assert_has("pro")


def test_the_web_server_dies_while_it_is_told(product: Product, buyer: Buyer) -> None:
    buyer.shop.control("deliveries", delay=0.5)
    buyer.buy("scale")
    product.wait_until(
        lambda: buyer.events("type LIKE 'invoice.%'", "received_at > now() - interval '9 s'") > 0, seconds=9
    )
    product.kill("web")

    buyer.assert_has("scale")


def test_postgresql_dies_while_stripe_tells(product: Product, buyer: Buyer) -> None:
    product.kill("postgres")
    buyer.buy("starter")
    # And once more while Stripe's second tries are under way.
    product.wait_until(lambda: buyer.events() > 3, seconds=WITHIN_SECONDS)
    product.kill("postgres")

    buyer.assert_has("starter")


def test_valkey_dies_while_stripe_tells(product: Product, buyer: Buyer) -> None:
    product.kill("valkey")
    buyer.buy()

    buyer.assert_has()


def test_stripes_api_is_away_while_its_webhooks_come(product: Product, buyer: Buyer) -> None:
    buyer.shop.control("deliveries", delay=2)
    buyer.buy()
    buyer.shop.control("faults", kind="api_500", times=100_000)
    product.wait_until(lambda: buyer.events("error_class = 'APIError'") > 3, seconds=WITHIN_SECONDS)
    # Long enough for the sweep to try again, in vain.
    product.wait_until(lambda: buyer.events("error_class = 'APIError'", "attempts > 1") > 0, seconds=WITHIN_SECONDS)
    assert buyer.ask(f"SELECT tier FROM users WHERE id = {buyer.user}") == "free"
    buyer.shop.control("deliveries", clear=True)

    buyer.assert_has()
    assert buyer.events("error_class <> ''") == 0


def test_stripe_itself_dies_and_tells_the_rest_when_it_is_back(product: Product, buyer: Buyer) -> None:
    buyer.shop.control("deliveries", delay=1)
    buyer.buy()
    product.kill("stripe")

    def is_back() -> bool:
        try:
            return bool(buyer.shop.v1.subscriptions.list({"customer": buyer.customer}).data)
        except stripe.APIConnectionError:
            time.sleep(0.2)
            return False

    product.wait_until(is_back, seconds=WITHIN_SECONDS)
    buyer.assert_has()
