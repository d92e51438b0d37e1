"""Failed payments, refunds, disputes and discounts, from what a simulator told, to what operators see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from djstripe.models import Invoice, Refund

from accounts.models import Tier, User
from billing import provider
from billing.models import Subscription
from billing.plans import Interval
from billing.provider import Entry, Kind, Tally
from billing.revenue import standing
from billing.stripe_books import FAILED
from tests.billing.stripe.paying import Payer
from tests.billing.stripe.subscriber import Subscriber
from tests.fakes.stripe_account import Account

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def entries(kind: Kind, search: str = "", outcome: str = "", most: int = 50, skip: int = 0) -> list[Entry]:
    return provider.current().entries(kind, search=search, outcome=outcome, most=most, skip=skip)


def tallies(kind: Kind) -> list[Tally]:
    return provider.current().tallies(kind, since=LONG_AGO)


def renew(payer: Payer, days: int = 31) -> None:
    payer.account.control("advance", seconds=days * 86_400)
    payer.deliver()


class TestFailedPayments:
    def test_one_is_open_and_then_recovered(self, payer: Payer, bob: User) -> None:
        payer.subscribe()
        payer.deliver()
        assert (tallies(Kind.FAILED), entries(Kind.FAILED)) == ([], [])

        payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
        renew(payer)
        (found,) = entries(Kind.FAILED)
        assert (found.outcome, found.amount, found.currency) == ("open", 2900, "eur")
        assert (found.user_id, found.email) == (bob.pk, bob.email)
        month = found.created_at.date().replace(day=1)
        assert tallies(Kind.FAILED) == [Tally(month, "eur", "open", 1, 2900)]

        payer.account.give_card(payer.customer, "pm_card_visa")
        payer.v1.invoices.pay(found.id)
        payer.deliver()
        assert tallies(Kind.FAILED) == [Tally(month, "eur", "recovered", 1, 2900)]

    def test_one_that_is_written_off_is_lost(self, payer: Payer) -> None:
        payer.subscribe()
        payer.deliver()
        payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
        renew(payer)
        payer.v1.invoices.void_invoice(entries(Kind.FAILED)[0].id)
        payer.deliver()

        assert [one.outcome for one in tallies(Kind.FAILED)] == ["lost"]

    def test_the_list_is_searched_and_filtered(self, payer: Payer, bob: User) -> None:
        payer.subscribe()
        payer.deliver()
        payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
        renew(payer)
        (found,) = entries(Kind.FAILED)

        for search in (bob.email, bob.email[:3].upper(), found.id, payer.customer):
            assert entries(Kind.FAILED, search) == [found], search
        for search in ("nobody", "%", "in_", "'; --"):
            assert entries(Kind.FAILED, search) == [], search
        assert entries(Kind.FAILED, outcome="open") == [found]
        assert entries(Kind.FAILED, outcome="recovered") == []
        assert entries(Kind.FAILED, skip=1) == []

    def test_the_index_is_of_the_same_condition(self, payer: Payer) -> None:
        """A word that differs, and each look goes through all invoices."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            since = "stripe_data -> 'created' >= to_jsonb(1::bigint)"
            cursor.execute(f"EXPLAIN SELECT 1 FROM djstripe_invoice WHERE {since} AND {FAILED}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "billing_failed_invoices" in plan


class TestMoneyBack:
    @pytest.fixture
    def paid(self, payer: Payer) -> str:
        payer.subscribe()
        payer.deliver()
        return payer.account.customer_charge(payer.customer)

    def test_a_refund_is_kept_and_told_of(self, payer: Payer, paid: str, bob: User) -> None:
        payer.v1.refunds.create({"charge": paid, "amount": 1000, "reason": "requested_by_customer"})
        payer.v1.refunds.create({"charge": paid, "amount": 500})
        assert set(payer.deliver()) == {200}

        assert Refund.objects.count() == 2
        assert [(one.count, one.amount, one.currency) for one in tallies(Kind.REFUND)] == [(2, 1500, "eur")]
        found = entries(Kind.REFUND, bob.email)
        assert sorted((one.amount, one.detail, one.user_id) for one in found) == [
            (500, "", bob.pk),
            (1000, "requested_by_customer", bob.pk),
        ]

    def test_a_refund_that_failed_is_none(self, payer: Payer, paid: str) -> None:
        made = payer.v1.refunds.create({"charge": paid})
        payer.deliver()
        row = Refund.objects.get(id=made.id)
        row.stripe_data["status"] = "failed"
        row.save()

        assert (tallies(Kind.REFUND), entries(Kind.REFUND)) == ([], [])

    @pytest.mark.parametrize(("won", "outcome"), [(None, "open"), (True, "won"), (False, "lost")])
    def test_a_dispute(self, payer: Payer, paid: str, bob: User, won: bool | None, outcome: str) -> None:
        made = payer.account.control("dispute", charge=paid)["dispute"]
        payer.deliver()
        if won is not None:
            payer.account.control("decide", dispute=made, won=won)
            payer.deliver()

        assert [(one.outcome, one.count, one.amount) for one in tallies(Kind.DISPUTE)] == [(outcome, 1, 2900)]
        (found,) = entries(Kind.DISPUTE)
        assert (found.outcome, found.detail, found.email) == (outcome, "fraudulent", bob.email)


class TestWhatAYearComesTo:
    @pytest.fixture
    def subscriber(self, account: Account, bob: User) -> Subscriber:
        call_command("sync_plans", verbosity=0)
        return Subscriber(account, bob)

    def test_a_discount_for_good_counts_and_one_for_an_invoice_does_not(self, subscriber: Subscriber) -> None:
        v1 = subscriber.v1
        off = v1.coupons.create({"percent_off": 25, "duration": "forever"})
        once = v1.coupons.create({"percent_off": 50, "duration": "once"})
        subscriber.subscribe(Tier.PRO, Interval.YEAR, discounts=[{"coupon": off.id}, {"coupon": once.id}])

        assert subscriber.row().yearly_minor == 28800 * 3 // 4
        assert standing.read()["eur"].mrr == Decimal(1800)

    def test_a_discount_for_some_months_counts_while_it_lasts(self, subscriber: Subscriber) -> None:
        off = subscriber.v1.coupons.create(
            {"amount_off": 900, "currency": "eur", "duration": "repeating", "duration_in_months": 2}
        )
        subscriber.subscribe(Tier.PRO, discounts=[{"coupon": off.id}])
        assert subscriber.row().yearly_minor == 2000 * 12

        subscriber.wait(31)
        assert subscriber.row().yearly_minor == 2000 * 12
        subscriber.wait(31)
        assert subscriber.row().yearly_minor == 2900 * 12

    def test_webhooks_alone_tell_it_too(self, payer: Payer) -> None:
        off = payer.v1.coupons.create({"percent_off": 10, "duration": "forever"})
        payer.subscribe(discounts=[{"coupon": off.id}])
        payer.deliver()

        assert Subscription.objects.get().yearly_minor == 2610 * 12


def test_where_operators_see_it(settings: Any) -> None:
    settings.STRIPE_API_HOST = ""
    found = provider.current()
    assert found.address_of("invoice", "in_1") == "https://dashboard.stripe.com/test/invoices/in_1"
    settings.STRIPE_LIVE_MODE = True
    assert found.address_of("customer", "cus_1") == "https://dashboard.stripe.com/customers/cus_1"
    settings.STRIPE_API_HOST = "http://127.0.0.1:1"
    assert found.address_of("customer", "cus_1") == ""


def test_one_query_each(payer: Payer) -> None:
    payer.subscribe()
    payer.deliver()
    payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
    renew(payer)
    row = Invoice.objects.get(id=entries(Kind.FAILED)[0].id)
    for number in range(30):
        row.pk, row.id = None, f"in_copy_{number}"
        row.save(force_insert=True)

    for ask in (lambda: tallies(Kind.FAILED), lambda: entries(Kind.FAILED)):
        with CaptureQueriesContext(connection) as asked:
            found: list[Any] = ask()
        assert len(asked) == 1
        assert sum(getattr(one, "count", 1) for one in found) == 31


def test_a_page_of_fifty_at_a_time(payer: Payer, client: Client, operator: User) -> None:
    payer.subscribe()
    payer.deliver()
    payer.account.give_card(payer.customer, "pm_card_chargeCustomerFail")
    renew(payer)
    row = Invoice.objects.get(id=entries(Kind.FAILED)[0].id)
    began = row.stripe_data["created"]
    for number in range(60):
        row.pk, row.id = None, f"in_copy_{number}"
        row.stripe_data["created"] = began - int(timedelta(days=number + 1).total_seconds())
        row.save(force_insert=True)
    client.force_login(operator)
    url = "/admin/billing/subscription/revenue/failed/"

    first = client.get(url)
    second = client.get(url, {"page": 2})

    assert [len(page.context["entries"]) for page in (first, second)] == [50, 11]
    assert (first.context["later"], second.context["later"]) == (2, 0)
    assert 'href="?page=2"' in first.content.decode()
    assert client.get(url, {"page": "9" * 30}).status_code == 200
    assert client.get(url, {"page": "x", "q": "é\x00%'", "outcome": "gone"}).status_code == 200
