"""What counts as revenue now, and what does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier, User
from billing import comps, entitlements
from billing.models import PAYING, Subscription
from billing.revenue import standing
from billing.revenue.standing import Standing
from tests.billing.revenue.changing import DAY, MONTHLY, NOW, account, told

pytestmark = pytest.mark.django_db

STATES: list[tuple[str, dict[str, Any], bool]] = [
    ("active", {}, True),
    ("active", {"ends_at": NOW + DAY}, True),
    ("active", {"is_collecting": False}, False),
    ("past_due", {"unpaid_since": NOW}, True),
    ("past_due", {"unpaid_since": NOW - entitlements.GRACE + DAY}, True),
    ("past_due", {"unpaid_since": NOW - entitlements.GRACE}, False),
    ("trialing", {"trial_ends_at": NOW + DAY}, False),
    ("unpaid", {}, False),
    ("paused", {}, False),
    ("incomplete", {}, False),
    ("incomplete_expired", {}, False),
    ("canceled", {}, False),
    ("a newer word", {}, False),
]


@pytest.mark.parametrize(("status", "fields", "counts"), STATES)
def test_what_counts(status: str, fields: dict[str, Any], counts: bool) -> None:
    told(account(0), status, **fields)

    found = standing.read().get("eur", Standing("eur"))
    assert (found.paying, found.yearly_minor) == ((1, MONTHLY) if counts else (0, 0))
    assert found.mrr == (Decimal(2900) if counts else Decimal(0))
    # The row and the query say the same.
    row = Subscription.objects.get()
    assert (row.counted_minor > 0, Subscription.objects.filter(PAYING).exists()) == (counts, counts)


def test_a_year_counts_a_twelfth_exactly() -> None:
    told(account(0), yearly=100, interval="year")
    told(account(1), yearly=100, interval="year")
    told(account(2), yearly=100, interval="year")

    found = standing.read()["eur"]

    assert (found.mrr, found.arr) == (Decimal(25), Decimal(300))


def test_currencies_are_never_summed_and_plans_stand_apart() -> None:
    told(account(0))
    told(account(1), currency="usd", yearly=5000, interval="year")
    told(account(2), currency="usd", tier=Tier.SCALE, yearly=1200)

    found = standing.read()

    assert {code: one.mrr for code, one in found.items()} == {"eur": Decimal(2900), "usd": Decimal(6200) / 12}
    assert [(plan.tier, plan.interval, plan.accounts) for plan in found["usd"].plans] == [
        ("pro", "year", 1),
        ("scale", "month", 1),
    ]


def test_what_nobody_has_told_is_not_nothing() -> None:
    told(account(0), yearly=None)
    found = standing.read()["eur"]
    assert (found.mrr, found.arr, found.paying, found.unknown) == (None, None, 1, 1)

    told(account(1))
    found = standing.read()["eur"]
    assert (found.mrr, found.paying, found.unknown) == (Decimal(2900), 2, 1)


def test_who_pays_nothing_by_a_discount_for_good_is_not_paying() -> None:
    told(account(0), yearly=0)

    assert standing.read()["eur"].paying == 0


def test_trials_grace_and_ends_are_told_apart() -> None:
    told(account(0), "trialing", trial_ends_at=NOW + DAY)
    told(account(1), "past_due", unpaid_since=NOW)
    told(account(2), ends_at=NOW + DAY)
    told(account(3), "past_due", unpaid_since=NOW - 20 * DAY)

    found = standing.read()["eur"]

    assert (found.trialing, found.in_grace, found.ending, found.paying) == (1, 1, 1, 2)


def test_a_plan_that_was_given_is_no_money(operator: User) -> None:
    comps.give(account(0), Tier.SCALE, last_day=None, reason="A partner", by=operator, now=NOW)

    assert standing.read() == {}


def test_two_queries_whatever_there_is() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            standing.read()
        return len(asked)

    told(account(0))
    one = queries()
    for number in range(1, 30):
        told(account(number), "trialing" if number % 3 else "active", currency="usd" if number % 2 else "eur")

    assert queries() == one == 2


def test_a_price_that_was_not_told_again_stays(bob: User) -> None:
    told(bob)
    told(bob, yearly=None, ends_at=NOW + DAY)
    assert Subscription.objects.get().yearly_minor == MONTHLY

    told(bob, yearly=None, tier=Tier.SCALE)
    assert Subscription.objects.get().yearly_minor is None
