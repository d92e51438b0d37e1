"""Plans that operators give: the larger of what is paid and what is given holds, and falls back when that ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts import audit
from accounts.models import AuditEntry, Role, Tier, User
from billing import comps, entitlements, plans, subscriptions
from billing.entitlements import Access, Entitlement, Given, Reason, Standing
from billing.models import Comp, Subscription
from billing.subscriptions import Told
from tests.conftest import person

pytestmark = pytest.mark.django_db

NOW: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
TODAY: Final = NOW.date()
DAY: Final = timedelta(days=1)


def give(user: User, by: User, plan: Tier = Tier.PRO, last_day: date | None = None, now: datetime = NOW) -> Comp:
    return comps.give(user, plan, last_day=last_day, reason="The outage", by=by, now=now)


def tier(user: User) -> str:
    user.refresh_from_db()
    return user.tier


def told(status: str, plan: Tier = Tier.STARTER, **fields: Any) -> Told:
    return Told("sub_1", Standing(status, plan, NOW + 20 * DAY, **fields), "month", "eur", 14400)


class TestTheLarger:
    """A function of two answers and the time."""

    PAID: Final = [
        Entitlement(Tier.FREE, Access.FULL, Reason.FREE),
        Entitlement(Tier.FREE, Access.READ_ONLY, Reason.UNPAID),
        Entitlement(Tier.STARTER, Access.FULL, Reason.PAID),
        Entitlement(Tier.PRO, Access.FULL, Reason.ENDING, NOW + 3 * DAY),
        Entitlement(Tier.PRO, Access.FULL, Reason.GRACE, NOW + 3 * DAY),
        Entitlement(Tier.SCALE, Access.FULL, Reason.TRIAL, NOW + 3 * DAY),
    ]

    @given(
        paid=st.sampled_from(PAID),
        plan=st.sampled_from([Tier.STARTER, Tier.PRO, Tier.SCALE]),
        days=st.none() | st.integers(-3, 30),
    )
    def test_nobody_has_less_than_either(self, paid: Entitlement, plan: Tier, days: int | None) -> None:
        gift = Given(plan, None if days is None else TODAY + days * DAY)
        found = entitlements.larger(paid, gift, now=NOW)

        runs = days is None or days >= 0
        sizes = [plans.get(paid.tier).credits, plans.get(plan).credits if runs else 0]
        assert plans.get(found.tier).credits == max(sizes)
        assert found in {paid, Entitlement(plan, Access.FULL, Reason.GIVEN, gift.ends_at)}
        assert runs or found == paid

    def test_of_two_alike_the_longer_is_told_of(self) -> None:
        ending = self.PAID[3]

        assert entitlements.larger(ending, Given(Tier.PRO, TODAY + 9 * DAY), now=NOW).reason == Reason.GIVEN
        assert entitlements.larger(ending, Given(Tier.PRO, TODAY), now=NOW) == ending
        # Who owes something is told so, though the plan goes on.
        assert entitlements.larger(self.PAID[4], Given(Tier.PRO, None), now=NOW) == self.PAID[4]

    def test_the_last_day_is_whole(self) -> None:
        gift = Given(Tier.PRO, TODAY)
        end = datetime(2026, 11, 28, tzinfo=UTC)

        assert gift.ends_at == end
        assert entitlements.larger(entitlements.FREE, gift, now=end - timedelta(microseconds=1)).tier == Tier.PRO
        assert entitlements.larger(entitlements.FREE, gift, now=end) == entitlements.FREE


class TestGiving:
    def test_it_holds_at_once_and_until_its_end(self, bob: User, operator: User) -> None:
        person_before = tier(bob)
        comp = give(bob, operator, Tier.SCALE, TODAY + DAY)

        assert (person_before, tier(bob)) != ("scale", "scale")
        assert tier(bob) == "scale"
        assert comps.expire(now=NOW + DAY) == 0
        assert comps.expire(now=NOW + 2 * DAY) == 1
        assert tier(bob) == "free"
        comp.refresh_from_db()
        assert (comp.ending, comp.ended_at, comp.ended_by) == ("ran_out", NOW + 2 * DAY, None)
        assert (comp.given_by, comp.reason, comp.created_at) == (operator, "The outage", NOW)
        assert comps.expire(now=NOW + 2 * DAY) == 0

    def test_what_was_told_meanwhile_holds_afterwards(self, bob: User, operator: User) -> None:
        give(bob, operator, Tier.PRO, TODAY + DAY)
        subscriptions.apply(bob.pk, told("active"), now=NOW)
        assert tier(bob) == "pro"
        assert subscriptions.entitlement(bob, now=NOW).reason == Reason.GIVEN

        assert subscriptions.entitlement(bob, now=NOW + 2 * DAY).tier == Tier.STARTER
        comps.expire(now=NOW + 2 * DAY)
        assert tier(bob) == "starter"

    def test_the_larger_plan_that_is_paid_stays(self, bob: User, operator: User) -> None:
        subscriptions.apply(bob.pk, told("active", Tier.SCALE), now=NOW)
        give(bob, operator, Tier.PRO)

        assert tier(bob) == "scale"
        subscriptions.apply(bob.pk, told("canceled", Tier.SCALE), now=NOW)
        assert tier(bob) == "pro"
        subscriptions.apply(bob.pk, None, now=NOW)
        assert tier(bob) == "pro"

    def test_who_owes_may_write_with_a_plan_that_was_given(self, bob: User, operator: User) -> None:
        subscriptions.apply(bob.pk, told("unpaid"), now=NOW)
        assert subscriptions.entitlement(bob, now=NOW).access == Access.READ_ONLY
        comp = give(bob, operator)

        assert subscriptions.entitlement(bob, now=NOW).access == Access.FULL
        # The row goes on to tell what the subscription alone gives.
        assert Subscription.objects.get().access == Access.READ_ONLY
        comps.take_back(comp, by=operator, now=NOW)
        assert subscriptions.entitlement(bob, now=NOW).access == Access.READ_ONLY

    def test_another_replaces_it(self, bob: User, operator: User) -> None:
        first = give(bob, operator, Tier.SCALE)
        second = give(bob, operator, Tier.STARTER, now=NOW + DAY)

        assert tier(bob) == "starter"
        first.refresh_from_db()
        assert (first.ending, first.ended_by, first.ended_at) == ("replaced", operator, NOW + DAY)
        assert comps.running(bob, now=NOW + DAY) == second
        with pytest.raises(IntegrityError), transaction.atomic():
            Comp.objects.create(user=bob, plan="pro", reason="Two at once")

    def test_it_is_taken_back_once(self, bob: User, operator: User) -> None:
        comp = give(bob, operator)

        assert comps.take_back(comp, by=operator, now=NOW + DAY)
        assert not comps.take_back(comp, by=operator, now=NOW + 2 * DAY)
        assert tier(bob) == "free"
        comp.refresh_from_db()
        assert (comp.ending, comp.ended_by, comp.ended_at) == ("taken_back", operator, NOW + DAY)

    @pytest.mark.parametrize(
        ("plan", "days", "reason", "role"),
        [
            (Tier.FREE, 1, "Why", Role.CREATOR),
            (Tier.PRO, -1, "Why", Role.CREATOR),
            (Tier.PRO, 1, "  ", Role.CREATOR),
            (Tier.PRO, 1, "Why", Role.FAN),
        ],
    )
    def test_what_cannot_be_given(self, plan: Tier, days: int, reason: str, role: Role, operator: User) -> None:
        user = person("somebody@example.org", role=role)

        with pytest.raises(comps.CannotGive):
            comps.give(user, plan, last_day=TODAY + days * DAY, reason=reason, by=operator, now=NOW)
        assert not Comp.objects.exists()

    def test_the_log_tells_of_it(self, bob: User, operator: User) -> None:
        comps.take_back(give(bob, operator), by=operator, now=NOW)

        told = [(one.text, one.by_us) for one in audit.newest(bob)]
        assert told == [("Given plan ended: Pro", True), ("Plan given by Huntaze: Pro", True)]
        assert set(AuditEntry.objects.filter(user=bob).values_list("actor", flat=True)) == {operator.pk}


class TestThePages:
    @pytest.fixture
    def admin(self, client: Client, operator: User) -> Client:
        client.force_login(operator)
        return client

    def test_an_operator_gives_a_plan_and_takes_it_back(self, admin: Client, bob: User, operator: User) -> None:
        page = reverse("admin:billing_comp_add")
        sent = admin.post(page, {"user": bob.pk, "plan": "pro", "last_day": "2999-12-31", "reason": "A partner"})

        assert sent.status_code == 302, sent.context["errors"]
        comp = Comp.objects.get()
        assert (tier(bob), comp.given_by, comp.reason) == ("pro", operator, "A partner")
        shown = admin.get(reverse("admin:billing_comp_change", args=[comp.pk])).content.decode()
        assert "A partner" in shown
        assert 'name="_save"' not in shown

        again = admin.post(page, {"user": bob.pk, "plan": "scale", "last_day": "", "reason": "More"})
        assert (again.status_code, tier(bob)) == (302, "scale")
        chosen = {"action": "take_back", "_selected_action": [one.pk for one in Comp.objects.all()]}
        answer = admin.post(reverse("admin:billing_comp_changelist"), chosen, follow=True)
        assert "1 plan taken back." in answer.content.decode()
        assert tier(bob) == "free"

    def test_those_that_run_are_told_from_those_that_ended(self, admin: Client, operator: User) -> None:
        made = [person(f"given{number}@example.org", role=Role.CREATOR) for number in range(4)]
        forever = give(made[0], operator)
        until = give(made[1], operator, last_day=date(2999, 1, 1))
        over = give(made[2], operator, last_day=TODAY)
        Comp.objects.filter(pk=over.pk).update(last_day=date(2020, 1, 1))
        taken = give(made[3], operator)
        comps.take_back(taken, by=operator, now=NOW)
        url = reverse("admin:billing_comp_changelist")

        def found(state: str) -> set[int]:
            return {row.pk for row in admin.get(url, {"state": state}).context["cl"].result_list}

        assert found("running") == {forever.pk, until.pk}
        assert found("ended") == {over.pk, taken.pk}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("reason", " "), ("plan", "free"), ("plan", "gold"), ("last_day", "2020-01-01"), ("user", "0")],
    )
    def test_what_the_form_refuses(self, admin: Client, bob: User, field: str, value: str) -> None:
        wanted = {"user": bob.pk, "plan": "pro", "last_day": "", "reason": "Why", field: value}

        answer = admin.post(reverse("admin:billing_comp_add"), wanted)

        assert answer.status_code == 200
        assert field in answer.context["adminform"].form.errors
        assert not Comp.objects.exists()

    def test_staff_without_the_right_gives_nothing(self, client: Client, bob: User) -> None:
        client.force_login(person("support@example.org", role=Role.OPERATOR, is_staff=True))

        assert client.get(reverse("admin:billing_comp_add")).status_code == 403
        assert client.get(reverse("admin:billing_comp_changelist")).status_code == 403

    @pytest.mark.parametrize(
        ("last_day", "words"),
        [
            (date(2999, 1, 31), "Your plan is given by Huntaze until 31 January 2999."),
            (None, "Your plan is given by Huntaze."),
        ],
    )
    def test_the_creator_reads_it(
        self, client: Client, bob: User, operator: User, last_day: date | None, words: str
    ) -> None:
        comps.give(bob, Tier.SCALE, last_day=last_day, reason="Inside only", by=operator, now=NOW)
        client.force_login(bob)

        shown = client.get("/app/billing").content.decode()

        assert words in shown
        assert "You are on Scale" in shown
        assert "Inside only" not in shown
