"""The page "Revenue" and the lists behind it, as operators see them."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, Tier, User
from billing import comps
from billing.models import Subscription
from billing.revenue import definitions
from tests.billing.revenue.changing import DAY, account, told
from tests.conftest import person

pytestmark = pytest.mark.django_db

REVENUE: Final = "/admin/billing/subscription/revenue/"
LISTS: Final = [f"{REVENUE}{kind}/" for kind in ("failed", "refund", "dispute")]


@pytest.fixture
def admin(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def shown(client: Client, url: str = REVENUE, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split()).replace("> ", ">").replace(" <", "<")


def test_without_a_subscription_it_says_so(admin: Client) -> None:
    assert "Nobody has subscribed yet." in shown(admin)


def test_each_currency_has_its_own_figures(admin: Client) -> None:
    now = timezone.now()
    told(account(0), at=now)
    told(account(1), at=now, yearly=9_840_00 // 10, interval="year", currency="usd", tier=Tier.SCALE)
    told(account(2), "trialing", at=now, trial_ends_at=now + DAY)

    page = shown(admin)

    assert "<dd>€29.00</dd>" in page
    assert "ARR €348.00" in page
    assert "<dd>$82.00</dd>" in page
    assert "ARR $984.00" in page
    # 29 + 82: added up, it would be nobody's money.
    assert "111.00" not in page
    assert "?plan__exact=scale&amp;currency__exact=usd" in page


def test_what_is_not_known_is_no_zero(admin: Client) -> None:
    told(account(0), at=timezone.now(), yearly=None)

    page = shown(admin)

    assert '<dd>n/a</dd><dd class="quiet">ARR n/a</dd>' in page
    assert "Of 1 paying account the price is not known yet." in page
    # Nobody was paying when the month began, so there is no share of them.
    assert "Churn of accounts, this month</dt><dd>n/a</dd>" in page
    assert "Conversion of trials, this month</dt><dd>n/a</dd>" in page


def test_every_figure_says_how_it_is_meant(admin: Client) -> None:
    page = shown(admin)

    for term, words in definitions.MEANT:
        assert f"<dt>{term}</dt>" in page
        assert str(words)[:40] in page


def test_plans_that_were_given_are_counted_apart(admin: Client, operator: User) -> None:
    comps.give(account(0), Tier.SCALE, last_day=None, reason="A partner", by=operator, now=timezone.now())

    assert "1 given plan" in shown(admin)


def test_as_many_queries_for_one_as_for_thirty(admin: Client) -> None:
    now = timezone.now()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            shown(admin)
        return len(asked)

    told(account(0), at=now)
    queries()
    one = queries()
    for number in range(1, 30):
        told(account(number), at=now - number * DAY, currency="usd" if number % 2 else "eur")

    # A session, a person, and the eight of figures.read.
    assert queries() == one <= 12


@pytest.mark.parametrize("url", [REVENUE, *LISTS])
def test_they_are_for_operators_who_may_see_subscriptions(url: str, client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get(url).status_code in {302, 403}
    client.force_login(person("support@example.org", role=Role.OPERATOR, is_staff=True))
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("url", LISTS)
def test_a_list_without_rows(url: str, admin: Client) -> None:
    assert "Nothing was found." in shown(admin, url)


def test_there_is_no_other_list(admin: Client) -> None:
    assert admin.get(f"{REVENUE}everything/").status_code == 404


def test_the_front_of_the_admin_leads_there(admin: Client, client: Client) -> None:
    assert f'href="{REVENUE}"' in shown(admin, "/admin/")
    client.force_login(person("support@example.org", role=Role.OPERATOR, is_staff=True))
    assert f'href="{REVENUE}"' not in shown(client, "/admin/")


def test_subscriptions_are_found_filtered_and_lead_on(admin: Client, settings: Any) -> None:
    settings.STRIPE_API_HOST = ""
    now = timezone.now()
    first, second = account(0), account(1)
    told(first, at=now)
    told(second, "trialing", at=now, currency="usd", tier=Tier.SCALE, trial_ends_at=now + DAY)
    rows = {row.user_id: row for row in Subscription.objects.all()}
    url = reverse("admin:billing_subscription_changelist")

    for query in (
        {"q": "payer1@"},
        {"q": rows[second.pk].stripe_id},
        {"status__exact": "trialing"},
        {"plan__exact": "scale"},
        {"currency__exact": "usd"},
    ):
        answer = admin.get(url, query)
        assert [row.pk for row in answer.context["cl"].result_list] == [rows[second.pk].pk], query
    page = shown(admin, url)
    assert f'href="/admin/accounts/user/{first.pk}/change/"' in page
    assert f'href="https://dashboard.stripe.com/test/subscriptions/{rows[first.pk].stripe_id}"' in page


def test_in_french_the_page_is_french(admin: Client, operator: User) -> None:
    told(account(0), at=timezone.now())
    operator.locale = "fr"
    operator.save()

    page = shown(admin)

    assert "Revenus" in page
    assert "29,00 €" in page
