"""The pages of the plan: what they show in each state, and what their buttons do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tier
from billing import changes
from billing.models import Subscription
from billing.plans import Interval
from tests.billing.stripe.subscriber import Subscriber
from tests.strict_templates import refuse_unknown_variables

pytestmark = pytest.mark.django_db

MONTH, YEAR = Interval.MONTH, Interval.YEAR


@pytest.fixture(autouse=True)
def strict_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unknown_variables(monkeypatch)


@pytest.fixture
def browser(client: Client, subscriber: Subscriber) -> Client:
    client.force_login(subscriber.user)
    return client


def words(response: Any) -> str:
    """Return what stands in a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def seen(browser: Client, path: str = "/app/billing") -> str:
    shown = browser.get(path)
    assert shown.status_code == 200
    return words(shown)


def test_who_has_no_plan_sees_what_there_is(subscriber: Subscriber, browser: Client) -> None:
    page = seen(browser)
    for said in ("You are on Free", "Choose Pro", "14 days to try it", "200 AI credits a month"):
        assert said in page
    for not_said in ("Invoices", "Payment method", "Cancel plan"):
        assert not_said not in page


def test_a_plan_shows_its_figures_its_card_and_its_invoices(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO, YEAR)
    page = seen(browser)

    for said in (
        "You are on Pro",
        "Paid yearly",
        "Renews on",
        "8,000",
        "Visa",
        "4242",
        "Expires 12/2034",
        "€288",
        "Paid",
    ):
        assert said in page
    assert "Choose a plan" not in page
    assert "/pdf" in browser.get("/app/billing").content.decode()
    assert "€288" in seen(browser, "/app/billing/coming")


def test_the_next_invoice_is_asked_for_apart_and_may_be_away(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.account.control("faults", kind="api_500", times=100)

    assert "You are on Pro" in seen(browser)
    away = seen(browser, "/app/billing/coming")
    assert "does not answer" in away
    assert "Try again" in away


def test_an_upgrade_is_looked_at_and_paid(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    listed = seen(browser, "/app/billing/change")
    assert "Your plan" in listed
    assert "counts at once" in listed
    shown = browser.get("/app/billing/change/scale/month")
    due = re.search(r"Pay €([\d.]+) and change", words(shown))
    at = re.search(r'name="at" value="([^"]+)"', shown.content.decode())
    assert due
    assert at

    done = browser.post("/app/billing/change/scale/month", {"at": at[1]}, follow=True)
    assert "You are on Scale" in words(done)
    assert subscriber.tier() == "scale"
    assert subscriber.invoices()[-1] == round(float(due[1]) * 100)


def test_a_smaller_plan_waits_and_can_be_taken_back(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    shown = browser.get("/app/billing/change/starter/month")
    page = words(shown)
    assert "To pay now €0" in page
    assert "€12 a month" in page
    at = re.search(r'name="at" value="([^"]+)"', shown.content.decode())
    assert at
    done = words(browser.post("/app/billing/change/starter/month", {"at": at[1]}, follow=True))
    assert "You change to Starter monthly on" in done
    assert "Keep Pro" in done
    assert "Change on" not in seen(browser, "/app/billing/change")

    assert "You keep Pro." in words(browser.post("/app/billing/keep", follow=True))
    assert "You change to" not in seen(browser)


@pytest.mark.parametrize("at", ["", "yesterday", "2026-01-01T00:00:00", "2026-01-01T00:00:00+00:00"])
def test_a_confirmation_of_something_else_is_shown_anew(subscriber: Subscriber, browser: Client, at: str) -> None:
    subscriber.subscribe(Tier.PRO)
    done = browser.post("/app/billing/change/scale/month", {"at": at}, follow=True)

    assert "reckoned anew" in words(done)
    assert done.redirect_chain[-1][0] == "/app/billing/change/scale/month"
    assert subscriber.tier() == "pro"


def test_a_payment_that_is_not_complete_is_told_with_its_two_ways_on(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.card("pm_card_threeDSecure2Required")
    at = timezone.now().isoformat()
    done = browser.post("/app/billing/change/scale/month", {"at": at}, follow=True)

    page = words(done)
    assert "Your change to Scale monthly waits for its payment" in page
    assert "Complete the payment" in page
    assert f'href="{subscriber.account.url}/invoice/' in done.content.decode()
    browser.post("/app/billing/keep")
    assert "waits for its payment" not in seen(browser)


def test_a_plan_is_cancelled_in_two_clicks_and_kept_in_one(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    asked = seen(browser, "/app/billing/cancel")
    assert "Pro ends on" in asked
    assert "Nothing that you made is deleted" in asked
    done = words(browser.post("/app/billing/cancel", {"reason": "unused"}, follow=True))
    assert "The plan ends on" in done
    assert subscriber.at_stripe().cancellation_details.feedback == "unused"
    assert browser.get("/app/billing/cancel").status_code == 302

    browser.post("/app/billing/keep")
    assert subscriber.row().ends_at is None
    browser.post("/app/billing/cancel", {"reason": "<none of ours>"})
    assert subscriber.row().ends_at is not None


def test_who_owes_something_sees_where_to_pay_it(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.card("pm_card_chargeCustomerFail")
    subscriber.wait(32)
    Subscription.objects.update(unpaid_since=timezone.now())
    page = seen(browser)

    for said in ("The last payment failed", "Pay the invoice", "Update card", "To pay"):
        assert said in page
    assert "Pay the open invoice first" in words(browser.get("/app/billing/change", follow=True))
    Subscription.objects.update(unpaid_since=timezone.now() - timedelta(days=15))
    assert "pay the open invoice to write again" in seen(browser)


def test_who_owes_something_can_just_go_on_with_free(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.card("pm_card_chargeCustomerFail")
    subscriber.wait(60)
    assert subscriber.row().access == "read_only"
    assert "Pro ends now" in seen(browser, "/app/billing/cancel")

    done = words(browser.post("/app/billing/cancel", {"reason": "too_expensive"}, follow=True))
    assert "The plan has ended" in done
    assert "To pay" not in done
    subscriber.user.refresh_from_db()
    assert (subscriber.tier(), subscriber.user.read_only_since) == ("free", None)


def test_another_card_is_given_on_stripes_page(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    page = str(browser.post("/app/billing/card")["Location"])
    reached, _ = subscriber.account.submit(page, action="card", number="5555 5555 5555 4444")

    assert reached.endswith("/app/billing/back?done=card")
    back = words(browser.get("/app/billing/back?done=card", follow=True))
    assert "Your payment method is saved" in back
    assert "4444" in back


def test_who_is_no_customer_any_more_is_told_to_choose_a_plan(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.v1.customers.delete(subscriber.customer)

    for path in ("/app/billing/card", "/app/billing/portal"):
        assert "choose a plan first" in words(browser.post(path, follow=True))


def test_who_had_a_plan_sees_the_others_in_its_currency(subscriber: Subscriber, browser: Client) -> None:
    made = subscriber.subscribe(Tier.PRO)
    subscriber.v1.subscriptions.cancel(made.id)
    subscriber.look()

    page = seen(browser, "/app/billing?currency=usd&interval=year")
    assert "€288 a year" in page
    assert "USD" not in page
    assert "€288" in seen(browser, "/app/billing/choose?plan=pro&interval=year&currency=usd")


def test_a_plan_that_was_chosen_elsewhere_is_one_button_from_checkout(subscriber: Subscriber, browser: Client) -> None:
    address = "/app/billing/choose?plan=pro&interval=year&currency=usd"
    page = seen(browser, address)
    for said in ("Pro yearly", "To pay now $0", "$288 a year", "Start the trial"):
        assert said in page
    assert browser.get("/app/billing/choose?plan=free")["Location"] == "/app/billing"

    subscriber.subscribe(Tier.STARTER)
    assert browser.get(address)["Location"] == "/app/billing/change/pro/year"
    sent = browser.post("/app/billing/subscribe", {"plan": "pro", "interval": "year", "currency": "usd"})
    assert sent["Location"] == "/app/billing/change/pro/year"


def test_who_left_checkout_is_told_what_happened(subscriber: Subscriber, browser: Client) -> None:
    assert "Nothing was bought" in words(browser.get("/app/billing/left", follow=True))
    # They paid in another tab, and no webhook came yet.
    subscriber.v1.subscriptions.create(
        {"customer": subscriber.customer, "items": [{"price": subscriber.price(Tier.PRO)}]}
    )
    assert "You are on Pro" in words(browser.get("/app/billing/left", follow=True))
    assert subscriber.tier() == "pro"


def test_while_stripe_is_away_a_change_is_not_offered_and_nothing_breaks(
    subscriber: Subscriber, browser: Client
) -> None:
    subscriber.subscribe(Tier.PRO)
    subscriber.account.control("faults", kind="api_500", times=1000)

    away = browser.get("/app/billing/change/scale/month")
    assert (away.status_code, "Nothing was charged" in words(away)) == (503, True)
    for path, data in (
        ("/app/billing/change/scale/month", {"at": timezone.now().isoformat()}),
        ("/app/billing/cancel", {}),
        ("/app/billing/card", {}),
    ):
        assert "does not answer" in words(browser.post(path, data, follow=True))


def test_what_is_not_on_offer_is_not_found_and_what_one_has_is_said(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.PRO)

    assert browser.get("/app/billing/change/free/month").status_code == 404
    assert browser.get("/app/billing/change/pro/day").status_code == 404
    assert "This is your plan already" in words(browser.get("/app/billing/change/pro/month", follow=True))
    changes.cancel(subscriber.user, feedback=None, now=subscriber.now)
    assert "Keep it first" in words(browser.get("/app/billing/change/scale/month", follow=True))


def test_invoices_come_twelve_at_a_time_and_then_in_pages(subscriber: Subscriber, browser: Client) -> None:
    subscriber.subscribe(Tier.STARTER)
    for _ in range(25):
        subscriber.wait(31)
    assert browser.get("/app/billing").content.decode().count("/pdf") == 12
    first = browser.get("/app/billing/invoices").content.decode()
    second = browser.get("/app/billing/invoices?page=2").content.decode()

    assert (first.count("/pdf"), "?page=2" in first, "Newer" in first) == (24, True, False)
    assert second.count("/pdf") in {1, 2}
    assert "?page=1" in second
    for odd in ("0", "-1", "x", "9999999999"):
        assert browser.get(f"/app/billing/invoices?page={odd}").status_code == 200


def test_the_page_asks_the_database_as_often_for_one_invoice_as_for_thirty(
    subscriber: Subscriber, browser: Client, django_assert_max_num_queries: Any
) -> None:
    subscriber.subscribe(Tier.STARTER)
    with django_assert_max_num_queries(20) as few:
        seen(browser)
    for _ in range(12):
        subscriber.wait(31)
    with django_assert_max_num_queries(len(few)):
        seen(browser)


def test_the_list_asks_as_often_for_one_invoice_as_for_thirty(
    subscriber: Subscriber, browser: Client, django_assert_max_num_queries: Any
) -> None:
    subscriber.subscribe(Tier.STARTER)
    with django_assert_max_num_queries(15) as few:
        seen(browser, "/app/billing/invoices")
    for _ in range(3):
        subscriber.wait(310)
    with django_assert_max_num_queries(len(few)):
        assert browser.get("/app/billing/invoices").content.decode().count("/pdf") == 24


def test_what_became_of_a_plan_before_we_were_told_is_shown(subscriber: Subscriber, browser: Client) -> None:
    for path, data in (
        ("/app/billing/change/scale/month", None),
        ("/app/billing/change/starter/month", {"at": "now"}),
        ("/app/billing/cancel", {"reason": ""}),
        ("/app/billing/keep", {}),
    ):
        made = subscriber.subscribe(Tier.PRO)
        subscriber.v1.subscriptions.cancel(made.id)
        sent = {"at": timezone.now().isoformat()} if data == {"at": "now"} else data
        told = browser.get(path, follow=True) if sent is None else browser.post(path, sent, follow=True)
        assert "You are on Free" in words(told), path
