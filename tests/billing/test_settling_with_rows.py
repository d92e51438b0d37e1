"""A charge and the rows that tell of it go into one statement: both, or neither."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from accounts.models import User
from analytics import events
from analytics.models import Event
from billing import quota
from billing.models import QuotaPeriod, Reservation
from tests.billing.spending import NOW, budget

pytestmark = pytest.mark.django_db


def settle(reservation: Reservation, *, credits: int) -> bool:
    row = events.made("content.edited", user_id=None, data={"content_id": "1"}, now=NOW)
    return quota.settle_with(reservation.pk, credits=credits, now=NOW, cost_micro_usd=Decimal("1.5"), rows=[row])


def reserve(user: User) -> Reservation:
    return quota.reserve(user, credits=5, premium=True, now=NOW, cost_micro_usd=Decimal(9))


def counters(user: User) -> tuple[int, int, int, int]:
    row = QuotaPeriod.objects.get(user=user)
    return row.reserved, row.used, row.premium_reserved, row.premium_used


def test_it_charges_and_adds_the_rows_in_one_statement(
    alice: User, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    reservation = reserve(alice)

    with django_assert_num_queries(1):
        assert settle(reservation, credits=3)

    reservation.refresh_from_db()
    assert (reservation.state, reservation.charged, reservation.charged_micro_usd) == ("settled", 3, Decimal("1.5"))
    assert reservation.closed_at == NOW
    assert counters(alice) == (0, 3, 0, 3)
    assert Event.objects.filter(event="content.edited").count() == 1


def test_it_takes_no_more_than_was_reserved(alice: User) -> None:
    assert not settle(reserve(alice), credits=6)

    assert counters(alice) == (5, 0, 5, 0)
    assert not Event.objects.filter(event="content.edited").exists()


def test_the_second_time_it_does_nothing(alice: User) -> None:
    reservation = reserve(alice)

    assert settle(reservation, credits=3)
    assert not settle(reservation, credits=3)

    assert counters(alice) == (0, 3, 0, 3)
    assert Event.objects.filter(event="content.edited").count() == 1


def test_what_draws_from_a_budget_is_left_alone(alice: User) -> None:
    budget(1_000, user=alice)

    assert not settle(reserve(alice), credits=3)

    assert counters(alice) == (5, 0, 5, 0)
    assert not Event.objects.filter(event="content.edited").exists()


def test_one_that_never_was_is_none(alice: User) -> None:
    reservation = reserve(alice)
    Reservation.objects.all().delete()

    assert not settle(reservation, credits=3)
