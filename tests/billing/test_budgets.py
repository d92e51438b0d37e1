"""Money is set aside, spent and given back in every budget that applies, one day and one month at a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Tier, User
from billing import budgets, quota
from billing.models import Budget, BudgetPeriod, QuotaPeriod, Reservation
from tests.billing.spending import MIDNIGHT, NOW, budget, money, reserve

pytestmark = pytest.mark.django_db

Counts = Callable[[int], AbstractContextManager[object]]


# --- Which budgets apply ------------------------------------------------------------------------------------------


def test_a_reservation_draws_from_the_user_the_plan_and_the_platform(alice: User, bob: User) -> None:
    concerned = [
        budget(100, user=alice),
        budget(1_000, period="month", user=alice),
        budget(100, plan=Tier.PRO),
        budget(100),
        budget(1_000, period="month"),
    ]
    others = [budget(100, user=bob), budget(100, plan=Tier.FREE), budget(100, period="month", plan=Tier.SCALE)]
    resting = budget(0, period="month", plan=Tier.PRO)
    Budget.objects.filter(pk=resting.pk).update(active=False)

    reservation = reserve(alice, "2.5")

    assert [money(row) for row in concerned] == [(Decimal("2.5"), 0)] * 5
    assert sorted(reservation.budget_period_ids) == sorted(BudgetPeriod.objects.values_list("pk", flat=True))
    assert not BudgetPeriod.objects.filter(budget__in=[*others, resting]).exists()

    quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal("0.7"))
    assert [money(row) for row in concerned] == [(0, Decimal("0.7"))] * 5


def test_several_are_reserved_together(alice: User) -> None:
    row = budget(100)

    quota.reserve_each(alice, credits=1, times=3, premium=True, now=NOW, cost_micro_usd=Decimal(20))

    assert money(row) == (60, 0)
    assert {each.cost_micro_usd for each in Reservation.objects.all()} == {20}


def test_releasing_gives_the_money_back(alice: User) -> None:
    row = budget(100)
    reservation = reserve(alice, 60)

    assert quota.release(reservation.pk, now=NOW)
    assert not quota.release(reservation.pk, now=NOW)
    assert quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(60)) == 0

    assert money(row) == (0, 0)


def test_what_nobody_closed_is_given_back(alice: User) -> None:
    row = budget(100)
    reserve(alice, 60)

    assert quota.release_expired(now=NOW + quota.LIFETIME) == 1

    assert money(row) == (0, 0)


# --- What is spent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "spent"), [("0", 0), ("12.5", Decimal("12.5")), ("60", 60), ("75", 75), (None, 60)])
def test_the_true_cost_is_spent_also_when_it_is_nothing_or_more_than_was_reserved(
    alice: User, cost: str | None, spent: Decimal
) -> None:
    row = budget(100)
    reservation = reserve(alice, 60, credits=5)

    charged = quota.settle(reservation.pk, credits=9, now=NOW, cost_micro_usd=None if cost is None else Decimal(cost))

    assert charged == 5
    assert money(row) == (0, spent)
    reservation.refresh_from_db()
    assert (reservation.charged, reservation.charged_micro_usd) == (5, spent)


def test_a_call_that_delivered_nothing_costs_the_platform_and_not_the_creator(alice: User) -> None:
    row = budget(100)
    reservation = reserve(alice, 60)

    assert quota.settle(reservation.pk, credits=0, now=NOW, cost_micro_usd=Decimal(8)) == 0

    assert money(row) == (0, 8)
    assert quota.status(alice, now=NOW).used == 0


def test_the_cost_is_kept_where_no_budget_is(alice: User) -> None:
    reservation = reserve(alice, 60)

    quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal("0.1234564"))

    reservation.refresh_from_db()
    assert reservation.charged_micro_usd == Decimal("0.123456")


# --- Refusals -----------------------------------------------------------------------------------------------------


def test_the_last_of_a_budget_can_be_reserved_and_not_more(alice: User) -> None:
    row = budget(100)
    reserve(alice, "99.999999")
    reserve(alice, "0.000001")

    with pytest.raises(budgets.BudgetExhausted) as refused:
        reserve(alice, "0.000001")

    error = refused.value
    assert (error.scope, error.period, error.limit, error.left) == ("platform", "day", Decimal(100), Decimal(0))
    assert (error.needed, error.resets_at) == (Decimal("0.000001"), MIDNIGHT)
    assert money(row) == (100, 0)
    assert QuotaPeriod.objects.get().reserved == Reservation.objects.count() == 2


def test_a_refusal_says_whose_budget_it_is_and_how_to_mend_it(alice: User) -> None:
    budget(20_000_000, period="month", user=alice)
    reserve(alice, 19_990_000)

    with pytest.raises(budgets.BudgetExhausted) as refused:
        reserve(alice, 30_000)

    assert str(refused.value) == (
        "The account's budget is $20.00 a month. This can cost $0.03, and $0.01 is left until 1 December, 00:00 UTC."
        " Wait until then, or raise the budget."
    )


def test_of_several_that_lack_room_the_platforms_is_told_of_last(alice: User) -> None:
    rows = [budget(10), budget(10, plan=Tier.PRO), budget(10, user=alice)]
    told = []
    for _ in rows:
        with pytest.raises(budgets.BudgetExhausted) as refused:
            reserve(alice, 11)
        told.append(refused.value.scope)
        Budget.objects.filter(scope=refused.value.scope).update(active=False)

    assert sorted(told[:2]) == ["plan", "user"]
    assert told[2] == "platform"


def test_all_of_several_or_none(alice: User) -> None:
    wide, narrow = budget(100, user=alice), budget(50)

    with pytest.raises(budgets.BudgetExhausted) as refused:
        quota.reserve_each(alice, credits=1, times=3, premium=False, now=NOW, cost_micro_usd=Decimal(20))

    assert (refused.value.needed, refused.value.left) == (Decimal(60), Decimal(50))
    assert money(wide) == money(narrow) == (0, 0)
    assert QuotaPeriod.objects.get().reserved == 0
    assert not Reservation.objects.exists()


def test_the_lack_of_credits_is_told_before_that_of_money(alice: User) -> None:
    row = budget(100)
    quota.current_period(alice, now=NOW)
    QuotaPeriod.objects.update(credit_limit=3)

    with pytest.raises(quota.QuotaExhausted):
        reserve(alice, 200, credits=4)

    assert money(row) == (0, 0)


def test_a_limit_of_nothing_stops_what_costs_and_lets_pass_what_is_free(alice: User) -> None:
    row = budget(0)

    with pytest.raises(budgets.BudgetExhausted, match=r"platform's budget is \$0\.00 a day"):
        reserve(alice, "0.000001")
    reserve(alice, 0)

    assert money(row) == (0, 0)


def test_after_an_overspent_call_nothing_is_reserved_until_the_period_ends(alice: User) -> None:
    row = budget(100)
    quota.settle(reserve(alice, 90).pk, credits=1, now=NOW, cost_micro_usd=Decimal(130))

    with pytest.raises(budgets.BudgetExhausted) as refused:
        reserve(alice, 1)

    assert refused.value.left == -30
    assert "$0.00 is left" in str(refused.value)
    reserve(alice, 1, now=MIDNIGHT)
    assert money(row, at=MIDNIGHT) == (1, 0)


def test_who_may_not_write_opens_no_period(charlie: User) -> None:
    budget(100)

    with pytest.raises(quota.PlanRequired):
        reserve(charlie, 1)

    assert not BudgetPeriod.objects.exists()


def test_a_refused_reservation_leaves_the_callers_transaction_as_it_was(alice: User) -> None:
    row = budget(100)

    with transaction.atomic():
        reserve(alice, 60)
        with pytest.raises(budgets.BudgetExhausted):
            reserve(alice, 60)
        reserve(alice, 40)

    assert money(row) == (100, 0)


# --- Budgets that come and go meanwhile ---------------------------------------------------------------------------


def test_what_began_before_a_budget_does_not_touch_it(alice: User) -> None:
    reservation = reserve(alice, 60)
    row = budget(100)
    reserve(alice, 1)

    quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(50))

    assert money(row) == (1, 0)


def test_what_drew_from_a_budget_is_given_back_to_it_while_it_rests(alice: User) -> None:
    row = budget(100)
    settled, released = reserve(alice, 40), reserve(alice, 30)
    Budget.objects.update(active=False)
    reserve(alice, 1_000)

    quota.settle(settled.pk, credits=1, now=NOW, cost_micro_usd=Decimal(35))
    quota.release(released.pk, now=NOW)

    assert money(row) == (0, 35)


def test_a_reservation_outlives_its_budget(alice: User) -> None:
    gone, kept = budget(100), budget(100, period="month")
    reservation = reserve(alice, 40)
    gone.delete()

    assert quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(35)) == 1

    assert money(kept) == (0, 35)


def test_another_plan_draws_from_another_budget_at_once(alice: User) -> None:
    pro, scale = budget(100, plan=Tier.PRO), budget(100, plan=Tier.SCALE)
    before = reserve(alice, 40)
    alice.tier = Tier.SCALE

    reserve(alice, 10)
    quota.release(before.pk, now=NOW)

    assert (money(pro), money(scale)) == ((0, 0), (10, 0))


# --- The database -------------------------------------------------------------------------------------------------


def test_with_budgets_it_is_two_statements_each(alice: User, django_assert_num_queries: Counts) -> None:
    budget(1_000, user=alice)
    budget(1_000, plan=Tier.PRO)
    budget(1_000)
    quota.release(reserve(alice, 1).pk, now=NOW)

    with django_assert_num_queries(2):
        reservation = reserve(alice, 1)
    with django_assert_num_queries(2):
        quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(1))


def test_budgets_of_others_cost_a_statement_and_nothing_else(
    alice: User, bob: User, django_assert_num_queries: Counts
) -> None:
    budget(0, user=bob)
    quota.release(reserve(alice, 1).pk, now=NOW)

    with django_assert_num_queries(2):
        reservation = reserve(alice, 1_000_000)
    with django_assert_num_queries(1):
        quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(1))


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"scope": "user"}, "budget_subject_fits_scope"),
        ({"scope": "plan"}, "budget_subject_fits_scope"),
        ({"scope": "plan", "plan": "gold"}, "budget_subject_fits_scope"),
        ({"scope": "platform", "plan": "pro"}, "budget_subject_fits_scope"),
        ({"scope": "galaxy"}, "budget_subject_fits_scope"),
        ({"period": "week"}, "budget_period_known"),
        ({"limit_micro_usd": -1}, "budget_limit_not_negative"),
    ],
)
def test_the_database_refuses_a_budget_that_cannot_be(wrong: dict[str, Any], constraint: str) -> None:
    row = Budget(**{"scope": "platform", "period": "day", "limit_micro_usd": 1, **wrong})

    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save()


@pytest.mark.parametrize("scope", ["user", "plan", "platform"])
def test_there_is_one_budget_for_each_subject_and_period(alice: User, scope: str) -> None:
    subjects: dict[str, dict[str, Any]] = {"user": {"user": alice}, "plan": {"plan": Tier.PRO}, "platform": {}}
    subject = subjects[scope]
    budget(1, **subject)
    budget(1, period="month", **subject)

    with pytest.raises(ValidationError, match="change that one"):
        Budget(scope=scope, period="day", limit_micro_usd=2, **subject).full_clean()
    with pytest.raises(IntegrityError, match="budget_unique"), transaction.atomic():
        budget(2, **subject)


def test_rows_say_what_they_are(alice: User) -> None:
    assert str(budget(1, user=alice)) == f"user {alice.pk} day"
    assert str(budget(1, plan=Tier.PRO)) == "plan pro day"
    assert str(budget(1, period="month")) == "platform month"
