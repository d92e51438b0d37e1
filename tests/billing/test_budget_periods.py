"""A budget's day and month are those of UTC, and what was reserved in one stays in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Tier, User
from billing import budgets, quota, tasks, utc_periods
from billing.models import BudgetPeriod
from tests.billing.spending import MIDNIGHT, NOW, budget, money, reserve

pytestmark = pytest.mark.django_db

DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]  # so many numbers as the case gives


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        (at(2026, 11, 22), (at(2026, 11, 22), MIDNIGHT), (at(2026, 11, 1), DECEMBER)),
        (MIDNIGHT - timedelta(microseconds=1), (at(2026, 11, 22), MIDNIGHT), (at(2026, 11, 1), DECEMBER)),
        (at(2026, 12, 31, 23, 59), (at(2026, 12, 31), at(2027, 1, 1)), (DECEMBER, at(2027, 1, 1))),
        (at(2028, 2, 29, 12), (at(2028, 2, 29), at(2028, 3, 1)), (at(2028, 2, 1), at(2028, 3, 1))),
        (at(2027, 2, 28, 12), (at(2027, 2, 28), at(2027, 3, 1)), (at(2027, 2, 1), at(2027, 3, 1))),
    ],
)
def test_days_and_months_are_those_of_utc(
    alice: User, now: datetime, day: tuple[datetime, datetime], month: tuple[datetime, datetime]
) -> None:
    daily, monthly = budget(100), budget(100, period="month")

    reserve(alice, 1, now=now)

    assert daily.periods.values_list("starts_at", "ends_at").get() == day
    assert monthly.periods.values_list("starts_at", "ends_at").get() == month


def test_a_clock_of_another_time_zone_counts_the_same_day() -> None:
    in_auckland = datetime.fromisoformat("2026-12-01T09:00:00+13:00")

    assert utc_periods.day(in_auckland).starts_at == at(2026, 11, 30)
    assert utc_periods.month(in_auckland).ends_at == DECEMBER


def test_what_was_reserved_before_midnight_is_spent_on_that_day(alice: User) -> None:
    daily, monthly = budget(100), budget(150, period="month")
    reservation = reserve(alice, 60, now=MIDNIGHT - SECOND)
    reserve(alice, 90, now=MIDNIGHT)

    quota.settle(reservation.pk, credits=1, now=MIDNIGHT + SECOND, cost_micro_usd=Decimal(55))

    assert money(daily) == (0, 55)
    assert money(daily, at=MIDNIGHT) == (90, 0)
    assert money(monthly) == (90, 55)


def test_a_month_begins_anew(alice: User) -> None:
    daily, monthly = budget(100), budget(100, period="month")
    reserve(alice, 100, now=DECEMBER - SECOND)
    with pytest.raises(budgets.BudgetExhausted):
        reserve(alice, 1, now=DECEMBER - SECOND)

    reserve(alice, 100, now=DECEMBER)

    assert money(daily, at=DECEMBER) == money(monthly, at=DECEMBER) == (100, 0)


def test_a_day_and_a_month_that_begin_together_are_two_periods(alice: User) -> None:
    daily, monthly = budget(10), budget(100, period="month")

    for day in range(2):
        reserve(alice, 10, now=DECEMBER + timedelta(days=day))

    assert (daily.periods.count(), monthly.periods.count()) == (2, 1)
    assert money(monthly, at=DECEMBER) == (20, 0)


def test_shared_periods_are_open_before_they_begin(alice: User) -> None:
    own, plans, platform = budget(100, user=alice), budget(100, plan=Tier.PRO), budget(100, period="month")

    def starts() -> list[datetime]:
        found = BudgetPeriod.objects.filter(budget__in=[plans, platform]).values_list("starts_at", flat=True)
        return sorted(found.order_by("pk"))

    budgets.open_shared_periods(now=NOW)
    assert starts() == [at(2026, 11, 1), at(2026, 11, 22)]
    budgets.open_shared_periods(now=DECEMBER - SECOND)
    budgets.open_shared_periods(now=DECEMBER - SECOND)

    assert starts() == [at(2026, 11, 1), at(2026, 11, 22), at(2026, 11, 30), DECEMBER, DECEMBER]
    assert not own.periods.exists()
    with time_machine.travel(at(2027, 5, 5, 5), tick=False):
        tasks.watch_budgets()
    assert starts()[-2:] == [at(2027, 5, 1), at(2027, 5, 5)]
