"""Many at once, of several creators: no budget is overspent, nothing is counted twice, and nobody waits in a circle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from accounts.models import Tier, User
from analytics.models import Event
from billing import budgets, quota
from billing.models import Budget, BudgetAlert, BudgetPeriod, QuotaPeriod, Reservation
from tests.billing.crowd import all_at_once, at_once, running_into

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def attempt(user: User, *, cost: int = 1, now: datetime = NOW) -> str:
    try:
        quota.reserve(user, credits=1, premium=False, now=now, cost_micro_usd=Decimal(cost))
    except budgets.BudgetExhausted as error:
        return error.scope
    return "reserved"


def creators(count: int) -> list[User]:
    return [User.objects.create_user(f"creator{number}@example.org", tier=Tier.PRO) for number in range(count)]


def platform(limit: int, *, period: str = "day") -> Budget:
    return Budget.objects.create(scope="platform", period=period, limit_micro_usd=limit)


def sums_agree() -> None:
    """Hold each budget period against the reservations that name it, and nothing against nobody."""
    for period in BudgetPeriod.objects.order_by("pk"):
        rows = list(Reservation.objects.filter(budget_period_ids__contains=[period.pk]).order_by("pk"))
        waiting = [row.cost_micro_usd for row in rows if row.state == Reservation.State.RESERVED]
        assert period.reserved_micro_usd == sum(waiting)
        assert period.spent_micro_usd == sum(row.charged_micro_usd for row in rows)


def test_thirty_ask_for_ten_micro_dollars_of_one_creator_and_ten_get_one(alice: User) -> None:
    Budget.objects.create(scope="user", user=alice, period="day", limit_micro_usd=10)

    assert Counter(at_once(lambda: attempt(alice))) == {"reserved": 10, "user": 20}

    period = BudgetPeriod.objects.get()
    assert (period.reserved_micro_usd, period.spent_micro_usd) == (Decimal(10), Decimal(0))
    assert QuotaPeriod.objects.get().reserved == 10


def test_thirty_creators_share_the_platforms_budget() -> None:
    platform(10)
    platform(1_000, period="month")

    outcomes = all_at_once([partial(attempt, user) for user in creators(30)])

    assert Counter(outcomes) == {"reserved": 10, "platform": 20}
    assert Reservation.objects.count() == 10
    assert sum(QuotaPeriod.objects.values_list("reserved", flat=True)) == 10
    sums_agree()


def test_at_midnight_all_open_the_new_day_together() -> None:
    platform(100)
    Budget.objects.create(scope="plan", plan=Tier.PRO, period="day", limit_micro_usd=12)
    everybody = creators(8)

    moments = [MIDNIGHT - timedelta(seconds=1), MIDNIGHT]
    outcomes = all_at_once([partial(attempt, user, now=now) for user in everybody for now in moments])

    assert set(outcomes) == {"reserved"}
    assert Counter(BudgetPeriod.objects.values_list("reserved_micro_usd", flat=True)) == {Decimal(8): 4}
    sums_agree()


def test_a_reservation_is_spent_once(alice: User) -> None:
    platform(100)
    reservation = quota.reserve(alice, credits=7, premium=False, now=NOW, cost_micro_usd=Decimal(50))
    closings: list[Callable[[], int]] = [
        partial(quota.settle, reservation.pk, credits=5, now=NOW, cost_micro_usd=Decimal(20)),
        partial(quota.release, reservation.pk, now=NOW),
    ]

    outcomes = all_at_once(closings * 5)

    assert sum(map(bool, outcomes)) == 1
    sums_agree()
    assert BudgetPeriod.objects.get().reserved_micro_usd == 0


def nothing() -> None:
    """Stands where the first has nothing more to do."""


def test_who_waited_for_a_budget_finds_it_as_the_other_left_it(alice: User, bob: User) -> None:
    platform(10)
    attempt(alice)

    assert running_into(lambda: attempt(alice, cost=6), lambda: attempt(bob, cost=6), then=nothing) == "platform"
    assert running_into(lambda: attempt(alice, cost=2), lambda: attempt(bob, cost=1), then=nothing) == "reserved"

    assert BudgetPeriod.objects.get().reserved_micro_usd == 10
    sums_agree()


def test_who_waited_for_credits_finds_them_as_the_other_left_them(alice: User) -> None:
    quota.current_period(alice, now=NOW)
    QuotaPeriod.objects.update(credit_limit=1)

    def take() -> str:
        try:
            return attempt(alice)
        except quota.QuotaExhausted:
            return "credits"

    assert running_into(take, take, then=nothing) == "credits"
    assert QuotaPeriod.objects.get().reserved == 1


@pytest.mark.parametrize("limits", [[], [1_000]], ids=["no budget", "a budget"])
@pytest.mark.parametrize("first", ["settle", "release"])
@pytest.mark.parametrize("second", ["settle", "release"])
def test_who_waited_to_close_a_reservation_finds_it_closed(
    alice: User, limits: list[int], first: str, second: str
) -> None:
    for limit in limits:
        platform(limit)
    reservation = quota.reserve(alice, credits=5, premium=True, now=NOW, cost_micro_usd=Decimal(50))

    def close(how: str) -> int:
        if how == "settle":
            return quota.settle(reservation.pk, credits=3, now=NOW, cost_micro_usd=Decimal(20))
        return quota.release(reservation.pk, now=NOW)

    assert not running_into(lambda: close(first), lambda: close(second), then=nothing)

    sums_agree()
    month = QuotaPeriod.objects.get()
    assert (month.reserved, month.used) == (0, 3 if first == "settle" else 0)


@pytest.mark.parametrize("limits", [[], [1_000]], ids=["no budget", "a budget"])
def test_two_transactions_that_close_the_same_two_reservations_the_other_way_round(
    alice: User, limits: list[int]
) -> None:
    for limit in limits:
        platform(limit)
    one, two = quota.reserve_each(alice, credits=1, times=2, premium=False, now=NOW, cost_micro_usd=Decimal(9))

    def settle(row: Reservation) -> int:
        return quota.settle(row.pk, credits=1, now=NOW, cost_micro_usd=Decimal(7))

    assert running_into(lambda: settle(one), lambda: settle(two), then=lambda: settle(two)) == 0

    sums_agree()
    assert QuotaPeriod.objects.get().used == 2


def test_who_waits_for_a_new_day_holds_nothing_that_its_opener_needs(alice: User, bob: User) -> None:
    bob.tier = Tier.PRO
    quota.current_period(bob, now=NOW)
    Budget.objects.create(scope="plan", plan=Tier.PRO, period="day", limit_micro_usd=100)
    attempt(alice)
    row = platform(100)

    outcome = running_into(
        lambda: budgets.open_periods([row], now=NOW), lambda: attempt(bob), then=lambda: attempt(alice)
    )

    assert outcome == "reserved"
    assert sorted(BudgetPeriod.objects.values_list("reserved_micro_usd", flat=True)) == [2, 3]
    sums_agree()


def test_everybody_does_everything_and_nobody_waits_in_a_circle() -> None:
    everybody = creators(4)
    for row in [
        Budget(scope="platform", period="month", limit_micro_usd=100_000),
        Budget(scope="plan", plan=Tier.PRO, period="day", limit_micro_usd=50_000),
        Budget(scope="platform", period="day", limit_micro_usd=50_000),
        *(Budget(scope="user", user=user, period="day", limit_micro_usd=20_000) for user in everybody),
        Budget(scope="plan", plan=Tier.PRO, period="month", limit_micro_usd=50_000),
    ]:
        row.save()

    def work(user: User, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            now = NOW if chance.random() < 0.8 else MIDNIGHT
            with transaction.atomic():
                made = quota.reserve_each(
                    user, credits=1, times=3, premium=False, now=now, cost_micro_usd=Decimal(chance.randint(0, 30))
                )
            chance.shuffle(made)
            with transaction.atomic():
                quota.settle(made[0].pk, credits=1, now=now, cost_micro_usd=Decimal(chance.randint(0, 60)))
                quota.release(made[1].pk, now=now)

    # Two for each creator, so that they meet at their own rows too. A deadlock would raise in one of them.
    all_at_once([partial(work, user, seed) for seed, user in enumerate(everybody * 2)])

    sums_agree()
    assert Reservation.objects.open().count() == 8 * 12
    quota.release_expired(now=MIDNIGHT + quota.LIFETIME)
    assert set(BudgetPeriod.objects.values_list("reserved_micro_usd", flat=True)) == {Decimal(0)}
    sums_agree()


def test_eight_that_pass_a_mark_together_make_one_alert(alice: User) -> None:
    platform(800)
    rows = quota.reserve_each(alice, credits=1, times=8, premium=False, now=NOW, cost_micro_usd=Decimal(100))

    all_at_once([partial(quota.settle, row.pk, credits=1, now=NOW, cost_micro_usd=Decimal(95)) for row in rows])

    assert BudgetPeriod.objects.get().spent_micro_usd == 760
    assert sorted(BudgetAlert.objects.values_list("percent", flat=True)) == [80, 95]
    assert Event.objects.filter(event="budget.alert").count() == 2
