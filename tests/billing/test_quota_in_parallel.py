"""Many at once, each on a connection of its own: nobody gets past the limit, and nothing is done twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from accounts.models import Tier, User
from billing import quota
from billing.models import QuotaPeriod, Reservation
from tests.billing.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def limit(user: User, *, credits: int, premium: int) -> QuotaPeriod:
    period = quota.current_period(user, now=NOW)
    period.credit_limit = credits
    period.premium_limit = premium
    period.save()
    return period


def attempt(user: User, *, premium: bool = False) -> str:
    try:
        quota.reserve(user, credits=1, premium=premium, now=NOW)
    except (quota.QuotaExhausted, quota.PlanRequired) as error:
        return type(error).__name__
    return "reserved"


def test_thirty_ask_for_ten_credits_and_ten_get_one(alice: User) -> None:
    period = limit(alice, credits=10, premium=10)

    assert Counter(at_once(lambda: attempt(alice))) == {"reserved": 10, "QuotaExhausted": 20}

    period.refresh_from_db()
    assert (period.reserved, period.used) == (10, 0)
    assert Reservation.objects.open().count() == 10


def test_the_premium_share_holds_in_a_crowd(alice: User) -> None:
    period = limit(alice, credits=100, premium=10)

    assert Counter(at_once(lambda: attempt(alice, premium=True))) == {"reserved": 10, "PlanRequired": 20}

    period.refresh_from_db()
    assert (period.reserved, period.premium_reserved) == (10, 10)


def test_the_first_requests_of_a_month_share_one_period(alice: User) -> None:
    assert set(at_once(lambda: attempt(alice), times=10)) == {"reserved"}

    assert QuotaPeriod.objects.get().reserved == 10


def test_a_reservation_is_settled_once(alice: User) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)

    charged = at_once(lambda: quota.settle(reservation.pk, credits=5, now=NOW), times=10)

    assert Counter(charged) == {5: 1, 0: 9}
    period = QuotaPeriod.objects.get()
    assert (period.reserved, period.used) == (0, 5)


def test_settling_and_releasing_race_and_one_of_them_wins(alice: User) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)
    turns = iter([True, False] * 5)

    def close() -> bool:
        if next(turns):
            return quota.settle(reservation.pk, credits=5, now=NOW) > 0
        return quota.release(reservation.pk, now=NOW)

    assert sum(at_once(close, times=10)) == 1
    reservation.refresh_from_db()
    period = QuotaPeriod.objects.get()
    assert (period.reserved, period.used) == (0, reservation.charged)


def test_a_larger_plan_is_counted_once(alice: User) -> None:
    quota.current_period(alice, now=NOW)
    alice.tier = Tier.SCALE

    limits = at_once(lambda: quota.status(alice, now=NOW).limit, times=10)

    assert set(limits) == {40_000}
