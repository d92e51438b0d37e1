"""What was gained and lost, from events: it adds up to how it stands, whatever happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Tier, User
from analytics import privacy as forgetting
from analytics.models import Event
from billing import comps, subscriptions
from billing.revenue import figures, movements, standing
from billing.revenue.figures import Month
from billing.revenue.movements import Movement
from tests.billing.revenue.changing import DAY, MONTHLY, NOW, account, told

pytestmark = pytest.mark.django_db

OCTOBER: Final = datetime(2026, 10, 10, tzinfo=UTC)
NOVEMBER: Final = datetime(2026, 11, 10, tzinfo=UTC)


def read() -> dict[tuple[date, str], Movement]:
    return movements.read(datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


def month(first: date, currency: str = "eur") -> Month:
    found = {one.code: one for one in figures.read(now=NOW).currencies}[currency]
    return {one.first: one for one in found.months}[first]


def november(currency: str = "eur") -> Month:
    return month(date(2026, 11, 1), currency)


class TestAMonth:
    def test_what_is_gained_grown_shrunk_and_lost(self) -> None:
        users = [account(number) for number in range(4)]
        for user in users:
            told(user, at=OCTOBER)
        told(users[0], at=NOVEMBER, yearly=MONTHLY + 1200)
        told(users[1], at=NOVEMBER, yearly=MONTHLY - 600)
        told(users[2], "canceled", at=NOVEMBER)
        told(account(9), at=NOVEMBER, yearly=2400)

        assert read()[date(2026, 10, 1), "eur"] == Movement(gained_accounts=4, gained=4 * MONTHLY)
        assert read()[date(2026, 11, 1), "eur"] == Movement(
            gained_accounts=1, gained=2400, grown=1200, shrunk=600, lost_accounts=1, lost=MONTHLY
        )
        shown = november()
        assert (shown.opening_mrr, shown.closing_mrr) == (Decimal(4 * 2900), Decimal(3 * 2900 + 100 - 50 + 200))
        assert (shown.accounts, shown.lost_accounts, shown.churn_of_accounts) == (4, 1, Decimal(25))
        assert shown.churn_of_mrr == Decimal(MONTHLY + 600) * 100 / (4 * MONTHLY)

    def test_what_comes_and_goes_in_a_month_is_in_none(self, bob: User) -> None:
        told(bob, at=NOVEMBER)
        told(bob, "canceled", at=NOVEMBER + DAY)

        assert read()[date(2026, 11, 1), "eur"] == Movement()

    def test_one_plan_after_another_is_no_churn(self, bob: User) -> None:
        told(bob, at=OCTOBER, id="sub_old")
        told(bob, "canceled", at=NOVEMBER, id="sub_old")
        told(bob, at=NOVEMBER + DAY, id="sub_new", yearly=MONTHLY * 2)

        assert read()[date(2026, 11, 1), "eur"] == Movement(grown=MONTHLY)

    def test_another_currency_is_lost_in_one_and_gained_in_the_other(self, bob: User) -> None:
        told(bob, at=OCTOBER, id="sub_old")
        told(bob, at=NOVEMBER, id="sub_new", currency="usd", yearly=1200)

        assert read()[date(2026, 11, 1), "eur"] == Movement(lost_accounts=1, lost=MONTHLY)
        assert read()[date(2026, 11, 1), "usd"] == Movement(gained_accounts=1, gained=1200)

    def test_the_month_is_that_of_utc(self, bob: User) -> None:
        told(bob, at=datetime(2026, 11, 1, 0, 30, tzinfo=UTC))
        told(bob, "canceled", at=datetime(2026, 12, 1, tzinfo=UTC) - timedelta(seconds=1))

        assert list(read()) == [(date(2026, 11, 1), "eur")]

    def test_what_a_renewal_tells_is_no_change(self, bob: User) -> None:
        told(bob, at=OCTOBER)
        told(bob, at=NOVEMBER)

        assert Event.objects.filter(event="subscription.changed").count() == 2
        assert list(read()) == [(date(2026, 10, 1), "eur")]

    def test_the_grace_that_is_over_is_lost_and_a_late_payment_gained(self, bob: User) -> None:
        told(bob, at=OCTOBER)
        told(bob, "past_due", at=OCTOBER + DAY, unpaid_since=OCTOBER + DAY)
        assert subscriptions.expire(now=NOVEMBER) == 1

        assert november().lost_accounts == 1
        told(bob, at=NOVEMBER + DAY)
        assert november().lost_accounts == 0

    def test_a_plan_that_is_given_or_taken_back_moves_nothing(self, bob: User, operator: User) -> None:
        told(bob, at=OCTOBER)
        comp = comps.give(bob, Tier.SCALE, last_day=None, reason="A partner", by=operator, now=NOVEMBER)
        told(bob, "canceled", at=NOVEMBER + DAY)
        comps.take_back(comp, by=operator, now=NOVEMBER + 2 * DAY)

        assert read()[date(2026, 11, 1), "eur"] == Movement(lost_accounts=1, lost=MONTHLY)


class TestTrials:
    def test_conversion_is_of_those_that_ended(self) -> None:
        for number, then in enumerate(["active", "paused", "canceled", None]):
            user = account(number)
            told(user, "trialing", at=OCTOBER, trial_ends_at=NOVEMBER)
            if then:
                told(user, then, at=NOVEMBER)

        shown = november()

        assert (shown.movement.trials_over, shown.movement.trials_converted) == (3, 1)
        assert shown.conversion == Decimal(100) / 3
        assert read()[date(2026, 10, 1), "eur"] == Movement(trials_begun=4)

    def test_of_no_trial_there_is_no_share(self, bob: User) -> None:
        told(bob, "trialing", at=NOVEMBER, trial_ends_at=NOW)

        assert november().conversion is None

    def test_a_card_after_the_pause_is_no_conversion(self, bob: User) -> None:
        told(bob, "trialing", at=OCTOBER, trial_ends_at=NOVEMBER)
        told(bob, "paused", at=NOVEMBER)
        told(bob, at=NOVEMBER + DAY)

        assert read()[date(2026, 11, 1), "eur"] == Movement(gained_accounts=1, gained=MONTHLY, trials_over=1)


class TestHistory:
    def test_before_the_first_change_nothing_is_known(self, bob: User) -> None:
        told(bob, at=NOVEMBER)

        shown = figures.read(now=NOW).currencies[0]
        assert [one.first for one in shown.months] == [date(2026, 11, 1)]
        assert (shown.months[0].opening_mrr, shown.months[0].churn_of_accounts) == (Decimal(0), None)

    def test_at_most_twelve_months_are_shown(self) -> None:
        assert figures.months_back(NOW) == datetime(2025, 12, 1, tzinfo=UTC)
        assert figures.months_back(datetime(2026, 1, 31, tzinfo=UTC)) == datetime(2025, 2, 1, tzinfo=UTC)
        assert len(figures.shown_months([date(2020, 1, 1)], now=NOW)) == 12

    def test_whose_they_were_may_be_forgotten(self, bob: User) -> None:
        told(bob, at=OCTOBER)
        told(bob, at=NOVEMBER, yearly=MONTHLY + 12)
        before = read()
        forgetting.anonymise(bob, 100)

        assert not Event.objects.filter(user=bob).exists()
        assert read() == before


class TestMemory:
    def test_a_month_that_is_over_is_read_once(self, bob: User) -> None:
        told(bob, at=OCTOBER)
        months = figures.shown_months([date(2026, 9, 1)], now=NOW)
        first = movements.remembered(months, now=NOW)
        told(bob, at=NOVEMBER, yearly=MONTHLY + 12)

        with CaptureQueriesContext(connection) as asked:
            again = movements.remembered(months, now=NOW)

        assert first == {(date(2026, 10, 1), "eur"): Movement(gained_accounts=1, gained=MONTHLY)}
        assert again == {**first, (date(2026, 11, 1), "eur"): Movement(grown=12)}
        (query,) = asked
        assert "2026-11-01" in query["sql"]
        assert again == read()

    def test_a_month_that_has_just_ended_is_read_again(self, bob: User) -> None:
        end = datetime(2026, 11, 1, tzinfo=UTC)
        months = [date(2026, 11, 1), date(2026, 10, 1)]
        assert movements.remembered(months, now=end + timedelta(minutes=59)) == {}
        told(bob, at=OCTOBER)

        assert movements.remembered(months, now=end + timedelta(minutes=61)) == read()


STATES: Final = st.sampled_from(["active", "trialing", "past_due", "paused", "canceled"])
STEP: Final = st.tuples(
    st.integers(0, 3),
    STATES,
    st.sampled_from([1200, 2400, MONTHLY]),
    st.sampled_from(["eur", "usd"]),
    st.integers(0, 45),
)


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(STEP, max_size=14))
def test_it_always_adds_up(steps: list[Any]) -> None:
    with transaction.atomic():
        cache.clear()
        users = [account(number) for number in range(4)]
        at = datetime(2026, 5, 1, tzinfo=UTC)
        for number, status, yearly, currency, days in steps:
            at = min(at + days * DAY, NOW)
            told(users[number], status, at=at, yearly=yearly, currency=currency, id=f"sub_{number}_{currency}")
        stands = standing.read()
        moved = movements.read(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
        for currency in ("eur", "usd"):
            mine = [one for (_month, code), one in moved.items() if code == currency]
            stand = stands.get(currency, standing.Standing(currency))
            assert sum(one.net for one in mine) == stand.yearly_minor
            assert sum(one.net_accounts for one in mine) == stand.paying
        for one in figures.read(now=NOW).currencies:
            for later, earlier in zip(one.months, one.months[1:], strict=False):
                assert later.opening_mrr == earlier.closing_mrr
            assert one.months[0].closing_mrr == one.standing.mrr
        transaction.set_rollback(True)
