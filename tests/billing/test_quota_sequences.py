"""Whatever is done in whatever order, the counters of a month tell the same as its reservations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Tier, User
from billing import plans, quota
from billing.models import QuotaPeriod, Reservation

START = datetime(2026, 11, 2, tzinfo=UTC)
LIMIT = 50
PREMIUM_LIMIT = 20
LADDER = list(Tier)


class Month(RuleBasedStateMachine):
    """A creator with few credits, and all that can happen to them in a month."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.user = User.objects.create_user(f"machine{User.objects.count()}@example.org", tier=Tier.FREE)
        self.period = quota.current_period(self.user, now=self.now)
        self.period.credit_limit = LIMIT
        self.period.premium_limit = PREMIUM_LIMIT
        self.period.save()
        self.reservations: list[Reservation] = []

    @rule(credits=st.integers(0, LIMIT + 5), times=st.integers(1, 3), premium=st.booleans())
    def reserve(self, credits: int, times: int, premium: bool) -> None:
        self.period.refresh_from_db()
        left = self.period.credit_limit - self.period.used - self.period.reserved
        premium_left = self.period.premium_limit - self.period.premium_used - self.period.premium_reserved
        if credits * times > left:
            with pytest.raises(quota.QuotaExhausted):
                self.reserve_now(credits, times, premium=premium)
        elif premium and credits * times > premium_left:
            with pytest.raises(quota.PlanRequired):
                self.reserve_now(credits, times, premium=premium)
        else:
            self.reservations += self.reserve_now(credits, times, premium=premium)

    def reserve_now(self, credits: int, times: int, *, premium: bool) -> list[Reservation]:
        return quota.reserve_each(self.user, credits=credits, times=times, premium=premium, now=self.now)

    @precondition(lambda self: self.reservations)
    @rule(data=st.data(), credits=st.integers(0, LIMIT * 2))
    def settle(self, data: st.DataObject, credits: int) -> None:
        row = data.draw(st.sampled_from(self.reservations))
        open_before = Reservation.objects.get(pk=row.pk).state == Reservation.State.RESERVED

        charged = quota.settle(row.pk, credits=credits, now=self.now)

        assert charged == (min(credits, row.credits) if open_before else 0)

    @precondition(lambda self: self.reservations)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.reservations))
        open_before = Reservation.objects.get(pk=row.pk).state == Reservation.State.RESERVED

        assert quota.release(row.pk, now=self.now) is open_before

    @rule(minutes=st.integers(1, 40))
    def time_passes_and_the_sweep_comes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

        quota.release_expired(now=self.now)

        assert not Reservation.objects.expired(self.now).exists()

    @precondition(lambda self: self.user.tier != LADDER[-1])
    @rule()
    def a_larger_plan(self) -> None:
        before = self.period
        before.refresh_from_db()
        self.user.tier = LADDER[LADDER.index(Tier(self.user.tier)) + 1]
        after = quota.current_period(self.user, now=self.now)

        gained = plans.get(self.user.tier).credits - plans.get(before.plan).credits
        assert after.credit_limit == before.credit_limit + gained
        assert (after.used, after.reserved) == (before.used, before.reserved)

    @invariant()
    def the_counters_are_the_sums_of_the_reservations(self) -> None:
        self.period.refresh_from_db()
        premium = Q(premium=True)
        reserved = Q(state=Reservation.State.RESERVED)
        sums = Reservation.objects.filter(period=self.period).aggregate(
            reserved=Sum("credits", filter=reserved, default=0),
            used=Sum("charged", default=0),
            premium_reserved=Sum("credits", filter=reserved & premium, default=0),
            premium_used=Sum("charged", filter=premium, default=0),
        )
        assert sums == {name: getattr(self.period, name) for name in sums}

    @invariant()
    def the_limits_hold(self) -> None:
        row = self.period
        assert row.used + row.reserved <= row.credit_limit
        assert row.premium_used + row.premium_reserved <= row.premium_limit

    @invariant()
    def there_is_one_month(self) -> None:
        assert QuotaPeriod.objects.filter(user=self.user).count() == 1


@pytest.mark.django_db
def test_no_sequence_breaks_the_month() -> None:
    run_state_machine_as_test(
        Month,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
