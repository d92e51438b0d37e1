"""Whatever is done in whatever order, each budget tells the same as the reservations that drew from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Tier, User
from billing import budget_alerts, budgets, quota
from billing.models import Budget, BudgetAlert, BudgetPeriod, QuotaPeriod, Reservation

START = datetime(2026, 11, 29, 22, tzinfo=UTC)
amounts = st.decimals(0, 60, places=6)


class Spending(RuleBasedStateMachine):
    """Two creators on two plans, budgets at all three scopes, and days that end."""

    def __init__(self) -> None:
        super().__init__()
        for model in (Reservation, QuotaPeriod, Budget, User):
            model._default_manager.all().delete()
        self.now = START
        self.people = [
            User.objects.create_user("alice@example.org", tier=Tier.PRO),
            User.objects.create_user("bob@example.org", tier=Tier.SCALE),
        ]
        alice, _ = self.people
        Budget.objects.create(scope="user", user=alice, period="day", limit_micro_usd=100)
        Budget.objects.create(scope="plan", plan=Tier.PRO, period="month", limit_micro_usd=150)
        Budget.objects.create(scope="plan", plan=Tier.SCALE, period="day", limit_micro_usd=120)
        Budget.objects.create(scope="platform", period="day", limit_micro_usd=180)
        Budget.objects.create(scope="platform", period="month", limit_micro_usd=400)
        self.reservations: list[Reservation] = []

    def left(self, row: Budget) -> Decimal:
        period = row.periods.filter(starts_at__lte=self.now, ends_at__gt=self.now).first()
        return row.limit_micro_usd - (period.spent_micro_usd + period.reserved_micro_usd if period else 0)

    def concerning(self, user: User) -> list[Budget]:
        rows = Budget.objects.filter(active=True).order_by("pk")
        return [
            row for row in rows if row.user_id == user.pk or row.plan == user.tier or row.scope == Budget.Scope.PLATFORM
        ]

    @rule(who=st.integers(0, 1), cost=amounts, times=st.integers(1, 3))
    def reserve(self, who: int, cost: Decimal, times: int) -> None:
        user = self.people[who]
        rows = self.concerning(user)
        has_room = all(self.left(row) >= cost * times for row in rows)
        if not has_room:
            with pytest.raises(budgets.BudgetExhausted) as refused:
                self.reserve_now(user, cost, times)
            assert refused.value.left < refused.value.needed == cost * times
            return
        made = self.reserve_now(user, cost, times)
        assert {len(row.budget_period_ids) for row in made} == {len(rows)}
        # A reservation never takes a budget past its limit; only a dearer call does.
        assert all(self.left(row) >= 0 for row in rows)
        self.reservations += made

    def reserve_now(self, user: User, cost: Decimal, times: int) -> list[Reservation]:
        return quota.reserve_each(user, credits=1, times=times, premium=False, now=self.now, cost_micro_usd=cost)

    @precondition(lambda self: self.reservations)
    @rule(data=st.data(), cost=st.none() | amounts)
    def settle(self, data: st.DataObject, cost: Decimal | None) -> None:
        row = data.draw(st.sampled_from(self.reservations))
        before = Reservation.objects.get(pk=row.pk)

        quota.settle(row.pk, credits=1, now=self.now, cost_micro_usd=cost)

        after = Reservation.objects.get(pk=row.pk)
        if before.state == Reservation.State.RESERVED:
            assert after.charged_micro_usd == (row.cost_micro_usd if cost is None else cost)
        else:
            assert after.charged_micro_usd == before.charged_micro_usd

    @precondition(lambda self: self.reservations)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        quota.release(data.draw(st.sampled_from(self.reservations)).pk, now=self.now)

    @rule(minutes=st.integers(1, 200))
    def time_passes_and_the_sweep_comes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        quota.release_expired(now=self.now)
        budgets.open_shared_periods(now=self.now)

    @rule(data=st.data())
    def an_operator_lets_a_budget_rest_or_wakes_it(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(list(Budget.objects.order_by("pk"))))
        row.active = not row.active
        row.save()
        budget_alerts.note_overtaken(now=self.now)

    @rule(data=st.data(), limit=st.integers(0, 500))
    def an_operator_changes_a_limit(self, data: st.DataObject, limit: int) -> None:
        row = data.draw(st.sampled_from(list(Budget.objects.order_by("pk"))))
        row.limit_micro_usd = Decimal(limit)
        row.save()
        budget_alerts.note_overtaken(now=self.now)

    @invariant()
    def each_period_is_the_sum_of_its_reservations(self) -> None:
        rows = list(Reservation.objects.order_by("pk"))
        for period in BudgetPeriod.objects.order_by("pk"):
            drawn = [row for row in rows if period.pk in row.budget_period_ids]
            held = [row.cost_micro_usd for row in drawn if row.state == Reservation.State.RESERVED]
            assert period.reserved_micro_usd == sum(held)
            assert period.spent_micro_usd == sum(row.charged_micro_usd for row in drawn)

    @invariant()
    def the_credits_are_the_sum_of_the_reservations_too(self) -> None:
        for month in QuotaPeriod.objects.order_by("pk"):
            rows = list(month.reservations.order_by("pk"))
            assert month.used == sum(row.charged for row in rows)
            assert month.reserved == sum(row.credits for row in rows if row.state == Reservation.State.RESERVED)

    @invariant()
    def a_current_period_past_a_mark_has_its_alert(self) -> None:
        rows = BudgetPeriod.objects.filter(ends_at__gt=self.now, budget__active=True, budget__limit_micro_usd__gt=0)
        for period in rows.select_related("budget").order_by("pk"):
            passed = {
                mark
                for mark in budget_alerts.MARKS
                if period.spent_micro_usd * 100 >= period.budget.limit_micro_usd * mark
            }
            alerts = BudgetAlert.objects.filter(budget_period=period).values_list("percent", flat=True)
            assert passed <= set(alerts)


@pytest.mark.django_db
def test_no_sequence_breaks_a_budget() -> None:
    run_state_machine_as_test(
        Spending,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
