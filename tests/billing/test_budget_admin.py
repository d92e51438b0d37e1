"""Operators set budgets in the admin, see what is spent, and cannot make one that makes no sense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Tier, User
from billing import quota
from billing.models import Budget, BudgetAlert, BudgetPeriod
from tests.conftest import person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIST = "/admin/billing/budget/"
ADD = f"{LIST}add/"


@pytest.fixture
def admin_client(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def form(**fields: Any) -> dict[str, Any]:
    return {
        "scope": "platform",
        "user": "",
        "plan": "",
        "period": "day",
        "limit_micro_usd": "5",
        "active": "on",
    } | fields


def spend(user: User, *, reserved: int, spent: int, now: datetime = NOW) -> None:
    first, _ = quota.reserve_each(user, credits=1, times=2, premium=False, now=now, cost_micro_usd=Decimal(reserved))
    quota.settle(first.pk, credits=1, now=now, cost_micro_usd=Decimal(spent))


@pytest.mark.parametrize("scope", ["user", "plan", "platform"])
def test_an_operator_adds_a_budget(admin_client: Client, alice: User, scope: str) -> None:
    subjects: dict[str, dict[str, Any]] = {"user": {"user": alice.pk}, "plan": {"plan": Tier.PRO}, "platform": {}}

    response = admin_client.post(ADD, form(scope=scope, **subjects[scope]))

    assert response.status_code == 302, response.context["errors"]
    row = Budget.objects.get()
    assert (row.scope, row.limit_micro_usd, row.active) == (scope, Decimal(5), True)
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"scope": "user"}, "Give a user, or a plan, or for the platform neither."),
        ({"scope": "plan"}, "Give a user, or a plan, or for the platform neither."),
        ({"scope": "platform", "plan": "pro"}, "Give a user, or a plan, or for the platform neither."),
        ({"scope": "user", "user": "999999"}, "Select a valid choice"),
        ({"limit_micro_usd": "-1"}, "A limit cannot be below 0."),
        ({"limit_micro_usd": ""}, "This field is required."),
        ({"limit_micro_usd": "NaN"}, "Enter a number."),
        ({"limit_micro_usd": "1" * 19}, "no more than"),
        ({"period": "week"}, "Select a valid choice"),
    ],
)
def test_a_budget_that_makes_no_sense_is_explained(admin_client: Client, wrong: dict[str, Any], said: str) -> None:
    response = admin_client.post(ADD, form(**wrong))

    assert response.status_code == 200
    assert said in str(response.context["errors"])
    assert not Budget.objects.exists()


def test_the_same_budget_twice_is_explained(admin_client: Client) -> None:
    admin_client.post(ADD, form())

    response = admin_client.post(ADD, form(limit_micro_usd="7"))

    assert "There is such a budget already" in str(response.context["errors"])
    assert Budget.objects.count() == 1


def test_a_limit_changes_and_whose_it_is_stays(admin_client: Client, alice: User) -> None:
    row = Budget.objects.create(scope="user", user=alice, period="day", limit_micro_usd=5)

    response = admin_client.post(
        f"{LIST}{row.pk}/change/", {"scope": "platform", "user": "", "period": "month", "limit_micro_usd": "70.5"}
    )

    assert response.status_code == 302, response.context["errors"]
    row.refresh_from_db()
    assert (row.scope, row.user, row.period) == ("user", alice, "day")
    assert (row.limit_micro_usd, row.active) == (Decimal("70.5"), False)


def test_no_budget_is_deleted_with_what_it_tells(admin_client: Client) -> None:
    row = Budget.objects.create(scope="platform", period="day", limit_micro_usd=5)

    assert admin_client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_and_the_page_show_what_is_spent_now(admin_client: Client, alice: User) -> None:
    row = Budget.objects.create(scope="platform", period="day", limit_micro_usd=20_000_000)
    spend(alice, reserved=4_000_000, spent=1_250_000, now=NOW - timedelta(days=1))
    spend(alice, reserved=3_000_000, spent=2_500_000)

    with time_machine.travel(NOW, tick=False):
        pages = [admin_client.get(url).content.decode() for url in (LIST, f"{LIST}{row.pk}/change/")]
        tomorrow = NOW + timedelta(days=1)
    with time_machine.travel(tomorrow, tick=False):
        new_day = admin_client.get(LIST).content.decode()

    for page in pages:
        assert "$2.50" in page
        assert "$3.00" in page
        assert "$1.25" not in page
    assert "$2.50" not in new_day
    assert new_day.count("$0.00") == 2


@pytest.mark.parametrize(("permission", "allowed"), [("view_budget", False), ("add_budget", True), (None, False)])
def test_who_may_not_add_budgets_cannot(client: Client, permission: str | None, allowed: bool) -> None:
    staff = person("staff@example.org", is_staff=True)
    if permission:
        staff.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(staff)

    response = client.post(ADD, form())

    assert response.status_code == (302 if allowed else 403)
    assert Budget.objects.exists() is allowed


def test_periods_and_alerts_are_read_and_not_changed(admin_client: Client, alice: User) -> None:
    Budget.objects.create(scope="platform", period="day", limit_micro_usd=1_000)
    spend(alice, reserved=300, spent=900)
    rows = [BudgetPeriod.objects.get(), BudgetAlert.objects.get()]

    for row in rows:
        url = f"/admin/billing/{row._meta.model_name}/"
        assert admin_client.get(url).status_code == 200
        assert admin_client.get(f"{url}{row.pk}/change/").status_code == 200
        assert admin_client.get(f"{url}add/").status_code == 403
        assert admin_client.post(f"{url}{row.pk}/change/", {"spent_micro_usd": "0"}).status_code == 403
        assert admin_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
