"""Credits are set aside, charged and given back, one month at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Role, Tier, User
from billing import plans, quota, tasks
from billing.models import QuotaPeriod, Reservation

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def period(user: User, *, credits: int | None = None, premium: int | None = None, now: datetime = NOW) -> QuotaPeriod:
    """Return the user's month, with other limits than the plan's where they are given."""
    row = quota.current_period(user, now=now)
    row.credit_limit = row.credit_limit if credits is None else credits
    row.premium_limit = row.premium_limit if premium is None else premium
    row.save()
    return row


def counters(row: QuotaPeriod) -> tuple[int, int, int, int]:
    row.refresh_from_db()
    return row.reserved, row.used, row.premium_reserved, row.premium_used


# --- Reserve ------------------------------------------------------------------------------------------------------


def test_a_reservation_sets_credits_aside(alice: User) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)

    assert (reservation.state, reservation.credits, reservation.charged) == ("reserved", 7, 0)
    assert reservation.created_at == NOW
    assert reservation.expires_at == NOW + quota.LIFETIME
    assert counters(reservation.period) == (7, 0, 0, 0)
    status = quota.status(alice, now=NOW)
    assert (status.limit, status.used, status.reserved, status.left) == (8_000, 0, 7, 7_993)


def test_the_last_credit_can_be_reserved_and_not_one_more(alice: User) -> None:
    row = period(alice, credits=10)
    quota.reserve(alice, credits=9, premium=False, now=NOW)
    quota.reserve(alice, credits=1, premium=False, now=NOW)

    with pytest.raises(quota.QuotaExhausted) as refused:
        quota.reserve(alice, credits=1, premium=False, now=NOW)

    error = refused.value
    assert (error.left, error.needed, error.limit, error.resets_at) == (0, 1, 10, DECEMBER)
    assert "0 of 10 are left" in str(error)
    assert "December" in str(error)
    assert counters(row) == (10, 0, 0, 0)
    assert Reservation.objects.count() == 2


def test_several_are_reserved_together_or_not_at_all(alice: User) -> None:
    row = period(alice, credits=10, premium=8)

    with pytest.raises(quota.QuotaExhausted) as refused:
        quota.reserve_each(alice, credits=4, times=3, premium=False, now=NOW)
    assert (refused.value.left, refused.value.needed) == (10, 12)
    with pytest.raises(quota.PlanRequired):
        quota.reserve_each(alice, credits=3, times=3, premium=True, now=NOW)
    assert counters(row) == (0, 0, 0, 0)
    assert not Reservation.objects.exists()

    reservations = quota.reserve_each(alice, credits=4, times=2, premium=True, now=NOW)
    assert counters(row) == (8, 0, 8, 0)
    assert [reservation.credits for reservation in reservations] == [4, 4]
    quota.settle(reservations[0].pk, credits=1, now=NOW)
    quota.release(reservations[1].pk, now=NOW)
    assert counters(row) == (0, 1, 0, 1)


def test_a_refused_reservation_leaves_nothing_behind(alice: User) -> None:
    row = period(alice, credits=10)

    with pytest.raises(quota.QuotaExhausted):
        quota.reserve(alice, credits=11, premium=True, now=NOW)

    assert counters(row) == (0, 0, 0, 0)
    assert not Reservation.objects.exists()


def test_a_reservation_goes_with_the_transaction_that_made_it(alice: User) -> None:
    row = period(alice)

    with transaction.atomic():
        quota.reserve(alice, credits=5, premium=False, now=NOW)
        transaction.set_rollback(True)

    assert counters(row) == (0, 0, 0, 0)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("role", [Role.FAN, Role.OPERATOR])
def test_who_is_no_creator_has_no_plan(alice: User, role: Role) -> None:
    alice.role = role

    with pytest.raises(quota.PlanRequired, match="creator's account"):
        quota.reserve(alice, credits=1, premium=False, now=NOW)

    assert not QuotaPeriod.objects.exists()


def test_reserving_settling_and_releasing_are_one_statement_each(
    alice: User, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    period(alice)

    with django_assert_num_queries(1):
        first, second = quota.reserve_each(alice, credits=1, times=2, premium=False, now=NOW)
    with django_assert_num_queries(1):
        quota.settle(first.pk, credits=1, now=NOW)
    with django_assert_num_queries(1):
        quota.release(second.pk, now=NOW)


def test_what_reserving_returns_is_what_is_stored(alice: User) -> None:
    (reservation,) = quota.reserve_each(
        alice, credits=3, times=1, premium=True, now=NOW, cost_micro_usd=Decimal("12.3456789")
    )

    stored = Reservation.objects.values().get()
    assert {name: getattr(reservation, name) for name in stored} == stored
    assert stored["cost_micro_usd"] == Decimal("12.345679")


@pytest.mark.parametrize("cost", ["-0.000001", "NaN", "Infinity"])
def test_what_is_no_cost_is_refused(alice: User, cost: str) -> None:
    with pytest.raises(ValueError, match="micro-USD"):
        quota.reserve(alice, credits=1, premium=False, now=NOW, cost_micro_usd=Decimal(cost))

    reservation = quota.reserve(alice, credits=1, premium=False, now=NOW)
    with pytest.raises(ValueError, match="micro-USD"):
        quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(cost))


def test_a_reservation_that_never_was_can_not_be_closed() -> None:
    with pytest.raises(Reservation.DoesNotExist):
        quota.settle(1, credits=1, now=NOW)
    with pytest.raises(Reservation.DoesNotExist):
        quota.release(1, now=NOW)


# --- Premium ------------------------------------------------------------------------------------------------------


def test_premium_credits_are_a_share_of_all_credits(alice: User) -> None:
    row = period(alice, credits=10, premium=4)
    quota.reserve(alice, credits=3, premium=True, now=NOW)

    with pytest.raises(quota.PlanRequired, match="Pro plan includes 4 credits a month for premium models"):
        quota.reserve(alice, credits=2, premium=True, now=NOW)

    quota.reserve(alice, credits=1, premium=True, now=NOW)
    quota.reserve(alice, credits=6, premium=False, now=NOW)
    assert counters(row) == (10, 0, 4, 0)
    with pytest.raises(quota.QuotaExhausted):
        quota.reserve(alice, credits=1, premium=True, now=NOW)


def test_a_premium_charge_counts_in_both(alice: User) -> None:
    row = period(alice, credits=10, premium=4)
    settled = quota.reserve(alice, credits=3, premium=True, now=NOW)
    released = quota.reserve(alice, credits=1, premium=True, now=NOW)

    quota.settle(settled.pk, credits=2, now=NOW)
    quota.release(released.pk, now=NOW)

    assert counters(row) == (0, 2, 0, 2)


# --- Settle and release -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "charged"), [(0, 0), (3, 3), (7, 7), (8, 7), (10_000, 7)])
def test_settling_charges_what_was_used_and_never_more_than_was_reserved(alice: User, asked: int, charged: int) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)
    later = NOW + timedelta(seconds=40)

    assert quota.settle(reservation.pk, credits=asked, now=later) == charged

    reservation.refresh_from_db()
    assert (reservation.state, reservation.charged, reservation.closed_at) == ("settled", charged, later)
    assert counters(reservation.period) == (0, charged, 0, 0)


def test_releasing_gives_everything_back(alice: User) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)

    assert quota.release(reservation.pk, now=NOW) is True

    reservation.refresh_from_db()
    assert (reservation.state, reservation.charged, reservation.closed_at) == ("released", 0, NOW)
    assert counters(reservation.period) == (0, 0, 0, 0)


@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
def test_closing_twice_changes_nothing_the_second_time(alice: User, first: str, second: str) -> None:
    reservation = quota.reserve(alice, credits=7, premium=True, now=NOW)

    def close(how: str) -> int | bool:
        if how == "settle":
            return quota.settle(reservation.pk, credits=5, now=NOW)
        return quota.release(reservation.pk, now=NOW)

    assert close(first)
    before = counters(reservation.period)
    state = Reservation.objects.values().get()

    assert not close(second)
    assert counters(reservation.period) == before
    assert Reservation.objects.values().get() == state


@pytest.mark.parametrize(
    "wrong",
    [
        {"charged": 8},
        {"state": "settled"},
        {"state": "released", "charged": 1, "closed_at": NOW},
        {"closed_at": NOW},
        {"charged_micro_usd": 1},
        {"cost_micro_usd": -1},
    ],
    ids=[
        "charged above the reservation",
        "closed without a time",
        "released and charged",
        "open with a time",
        "open and spent",
        "less than nothing",
    ],
)
def test_the_database_refuses_a_reservation_that_cannot_be(alice: User, wrong: dict[str, object]) -> None:
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Reservation.objects.filter(pk=reservation.pk).update(**wrong)


# --- The month and the plan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), DECEMBER),
        (datetime(2026, 11, 30, 23, 59, 59, 999_999, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), DECEMBER),
        (DECEMBER, DECEMBER, datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_period_is_a_calendar_month(alice: User, now: datetime, starts: datetime, ends: datetime) -> None:
    row = quota.current_period(alice, now=now)

    assert (row.starts_at, row.ends_at) == (starts, ends)
    assert quota.current_period(alice, now=now).pk == row.pk


def test_a_new_month_begins_with_the_whole_plan(alice: User) -> None:
    period(alice, credits=10)
    quota.reserve(alice, credits=10, premium=False, now=DECEMBER - timedelta(seconds=1))

    reservation = quota.reserve(alice, credits=10, premium=False, now=DECEMBER)

    assert reservation.period.starts_at == DECEMBER
    assert quota.status(alice, now=DECEMBER).left == 7_990


def test_what_was_reserved_last_month_is_charged_to_last_month(alice: User) -> None:
    reservation = quota.reserve(alice, credits=10, premium=False, now=DECEMBER - timedelta(seconds=1))

    quota.settle(reservation.pk, credits=4, now=DECEMBER + timedelta(seconds=1))

    assert counters(reservation.period) == (0, 4, 0, 0)
    assert quota.status(alice, now=DECEMBER).used == 0


def test_a_larger_plan_raises_the_limits_at_once_and_keeps_what_is_used(alice: User) -> None:
    used = quota.reserve(alice, credits=100, premium=True, now=NOW)
    quota.settle(used.pk, credits=100, now=NOW)
    alice.tier = Tier.SCALE

    status = quota.status(alice, now=NOW)

    assert (status.plan, status.limit, status.used) == ("scale", 40_000, 100)
    assert quota.current_period(alice, now=NOW).premium_limit == 40_000


def test_granted_extras_survive_a_larger_plan(alice: User) -> None:
    period(alice, credits=8_500)
    alice.tier = Tier.SCALE

    assert quota.status(alice, now=NOW).limit == 40_500


def test_a_smaller_plan_waits_for_the_next_month(alice: User) -> None:
    period(alice)
    alice.tier = Tier.FREE

    assert quota.status(alice, now=NOW).limit == plans.get(Tier.PRO).credits
    assert quota.status(alice, now=DECEMBER).limit == plans.get(Tier.FREE).credits


def test_a_limit_lowered_below_what_is_used_leaves_nothing(alice: User) -> None:
    reservation = quota.reserve(alice, credits=10, premium=False, now=NOW)
    quota.settle(reservation.pk, credits=10, now=NOW)
    period(alice, credits=5)

    status = quota.status(alice, now=NOW)
    assert (status.left, status.used_percent) == (0, 100)
    with pytest.raises(quota.QuotaExhausted, match="0 of 5 are left"):
        quota.reserve(alice, credits=1, premium=False, now=NOW)


@pytest.mark.parametrize(("limit", "used", "percent"), [(0, 0, 100), (10, 0, 0), (3, 1, 33), (10, 10, 100)])
def test_the_percentage_used(limit: int, used: int, percent: int) -> None:
    assert quota.Status("free", limit, used, 0, DECEMBER).used_percent == percent


# --- The catalogue of plans ---------------------------------------------------------------------------------------


def test_every_tier_has_a_plan_and_a_larger_one_has_more_of_everything() -> None:
    assert list(plans.PLANS) == list(Tier.values)
    ladder = [(plan.credits, plan.premium_credits, plan.requests_per_minute) for plan in plans.PLANS.values()]
    for smaller, larger in pairwise(ladder):
        assert all(more > less for less, more in zip(smaller, larger, strict=True))
    assert all(plan.premium_credits <= plan.credits for plan in plans.PLANS.values())


# --- Expiry -------------------------------------------------------------------------------------------------------


def test_the_sweep_gives_back_what_nobody_closed(alice: User, bob: User) -> None:
    forgotten = [quota.reserve(user, credits=5, premium=True, now=NOW) for user in (alice, bob, alice)]
    settled = quota.reserve(alice, credits=5, premium=False, now=NOW)
    quota.settle(settled.pk, credits=5, now=NOW)
    fresh = quota.reserve(alice, credits=5, premium=False, now=NOW + timedelta(seconds=1))

    assert quota.release_expired(now=NOW + quota.LIFETIME - timedelta(seconds=1)) == 0
    assert quota.release_expired(now=NOW + quota.LIFETIME) == 3
    assert quota.release_expired(now=NOW + quota.LIFETIME) == 0

    assert {Reservation.objects.get(pk=row.pk).state for row in forgotten} == {"released"}
    assert counters(fresh.period) == (5, 5, 0, 0)


def test_the_sweep_takes_the_oldest_first_and_not_too_many_at_once(alice: User) -> None:
    rows = [quota.reserve(alice, credits=1, premium=False, now=NOW + timedelta(seconds=age)) for age in (2, 0, 1)]

    assert quota.release_expired(now=NOW + timedelta(days=1), at_most=2) == 2

    assert Reservation.objects.open().get() == rows[0]


def test_the_task_sweeps(alice: User, caplog: pytest.LogCaptureFixture) -> None:
    quota.reserve(alice, credits=5, premium=False, now=NOW - timedelta(days=1))

    tasks.release_expired_reservations()

    assert not Reservation.objects.open().exists()
    assert "Released expired reservations: 1" in caplog.text
