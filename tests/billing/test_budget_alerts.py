"""At 80 and 95 % of a budget somebody hears of it: once, in their language, and also when the mail server was away."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import transaction

from accounts.models import Tier, User
from analytics import events
from analytics.models import Event
from billing import budget_alerts, quota
from billing.models import Budget, BudgetAlert
from tests.billing.alerting import LIMIT, MINUTE, NOW, budget, marks, server, spend, watch
from tests.conftest import person

pytestmark = pytest.mark.django_db


class ServerAway(locmem.EmailBackend):
    """A mail server that cannot be reached."""

    def open(self) -> bool:
        raise ConnectionRefusedError("nobody listens")


class ServerHangingUp(locmem.EmailBackend):
    """A mail server that is gone once there is something to send."""

    def send_messages(self, messages: Any) -> int:
        raise TimeoutError("timed out")


class ServerThatRefusesOne(locmem.EmailBackend):
    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["operator@example.org"]:
            raise SMTPRecipientsRefused({"operator@example.org": (550, b"no such user")})
        return super().send_messages(messages)


# --- Noticing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spent", "noticed"),
    [
        (0, []),
        (7_999_999, []),
        (8_000_000, [80]),
        (9_499_999, [80]),
        (9_500_000, [80, 95]),
        (30_000_000, [80, 95]),
    ],
)
def test_a_mark_is_noticed_when_the_spend_reaches_it(alice: User, spent: int, noticed: list[int]) -> None:
    budget()

    spend(alice, spent)

    assert marks() == noticed


def test_what_is_only_reserved_reaches_no_mark(alice: User) -> None:
    budget()
    reservation = quota.reserve(alice, credits=1, premium=False, now=NOW, cost_micro_usd=Decimal(LIMIT))

    quota.release(reservation.pk, now=NOW)

    assert marks() == []


def test_a_mark_is_noticed_once_in_a_period_and_again_in_the_next(alice: User) -> None:
    row = budget()
    for _ in range(3):
        spend(alice, 4_100_000)
    spend(alice, 8_500_000, now=NOW + timedelta(days=1))
    # Raised and reached anew, it is still the same day.
    Budget.objects.update(limit_micro_usd=LIMIT * 2)
    spend(alice, 8_000_000)

    assert marks() == [80, 80, 95]
    assert BudgetAlert.objects.filter(budget_period__budget=row, percent=80).count() == 2


def test_it_is_an_event(alice: User) -> None:
    budget(scope="user", user=alice, period="month")

    spend(alice, 8_000_000)

    event = Event.objects.get(event="budget.alert")
    assert (event.user_id, event.created_at) == (alice.pk, NOW)
    assert event.data == {
        "scope": "user",
        "plan": "",
        "period": "month",
        "starts_at": "2026-11-01T00:00:00+00:00",
        "percent": 80,
        "limit_micro_usd": "10000000.000000",
        "spent_micro_usd": "8000000.000000",
    }


def test_what_is_undone_was_not_noticed(alice: User) -> None:
    budget()

    with transaction.atomic():
        spend(alice, 9_999_999)
        transaction.set_rollback(True)
    assert marks() == []
    assert not Event.objects.exists()

    spend(alice, 8_000_000)
    assert marks() == [80]


def test_a_crash_after_the_spend_undoes_both(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = budget()
    reservation = quota.reserve(alice, credits=1, premium=False, now=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(events, "record", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(LIMIT))

    assert row.periods.get().spent_micro_usd == 0
    assert marks() == []

    quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(LIMIT))
    assert marks() == [80, 95]


def test_a_limit_that_comes_down_to_the_spend_is_noticed_by_the_task(alice: User) -> None:
    budget()
    spend(alice, 4_000_000)
    Budget.objects.update(limit_micro_usd=5_000_000)

    watch()
    watch(NOW + MINUTE)

    assert marks() == [80]
    assert Event.objects.filter(event="budget.alert").count() == 1


@pytest.mark.parametrize("changed", [{"active": False}, {"limit_micro_usd": 0}])
def test_a_budget_that_rests_or_allows_nothing_tells_nothing(alice: User, changed: dict[str, Any]) -> None:
    budget()
    reservation = quota.reserve(alice, credits=1, premium=False, now=NOW)
    Budget.objects.update(**changed)

    quota.settle(reservation.pk, credits=1, now=NOW, cost_micro_usd=Decimal(LIMIT))
    watch()

    assert marks() == []


# --- Mailing ------------------------------------------------------------------------------------------------------


def test_a_creator_hears_of_their_own_budget(alice: User, operator: User) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_123_456)

    assert watch() == ["alice@example.org"]

    (message,) = mail.outbox
    assert message.subject == "80% of your AI budget for the day is spent"
    assert "Spent: $8.12 of $10.00." in message.body
    assert "Left: $1.88, until 23 November 2026, 00:00 (UTC)." in message.body
    assert "/admin/" not in message.body
    assert BudgetAlert.objects.get().mailed_at == NOW


def test_operators_hear_of_plans_and_the_platform(alice: User, operator: User, settings: Any) -> None:
    settings.ADMINS = [("On call", "oncall@example.org"), ("Operator", "Operator@example.org")]
    person("gone@example.org", is_superuser=True, is_active=False)
    budget(scope="plan", plan=Tier.PRO, period="month")
    budget()
    spend(alice, 8_000_000)

    assert watch() == ["oncall@example.org"] * 2 + ["operator@example.org"] * 2

    assert {message.subject for message in mail.outbox} == {
        "80% of the AI budget of the Pro plan for the month is spent",
        "80% of the platform’s AI budget for the day is spent",
    }
    urls = {f"{settings.BASE_URL}/admin/billing/budget/{row.pk}/change/" for row in Budget.objects.order_by("pk")}
    assert all(any(url in message.body for url in urls) for message in mail.outbox)


def test_each_mail_is_text_and_html_without_anything_to_fetch(alice: User) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    watch()

    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert '<html lang="en">' in str(html)
    assert "Spent: $8.00 of $10.00." in str(html)
    assert "src=" not in str(html)


def test_a_reader_is_written_to_in_their_language(alice: User) -> None:
    alice.locale = "fr"
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    watch()

    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    assert '<html lang="fr">' in str(message.alternatives[0][0])
    # Money and dates in French are those of the rest of the product.
    assert "10,00" in message.body
    assert "23 novembre 2026" in message.body


def test_nobody_is_mailed_twice(alice: User) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)

    assert watch() == ["alice@example.org"]
    assert watch(NOW + MINUTE) == []


@pytest.mark.parametrize("backend", [ServerAway, ServerHangingUp])
def test_while_the_mail_server_is_away_it_is_tried_again(
    alice: User, settings: Any, backend: type[locmem.EmailBackend]
) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)

    server(settings, backend)
    assert watch() == watch(NOW + MINUTE) == []
    assert BudgetAlert.objects.get().mailed_at is None

    server(settings, locmem.EmailBackend)
    assert watch(NOW + 2 * MINUTE) == ["alice@example.org"]
    assert BudgetAlert.objects.get().mailed_at == NOW + 2 * MINUTE


def test_an_address_that_is_refused_keeps_nobody_else_from_their_mail(
    alice: User, operator: User, settings: Any
) -> None:
    person("second@example.org", is_superuser=True)
    budget()
    spend(alice, 8_000_000)

    server(settings, ServerThatRefusesOne)
    assert watch() == ["second@example.org"]
    assert watch(NOW + MINUTE) == []

    alert = BudgetAlert.objects.get()
    assert (alert.mailed_at, alert.mailed_to) == (None, ["second@example.org"])
    server(settings, locmem.EmailBackend)
    assert watch(NOW + 2 * MINUTE) == ["operator@example.org"]
    alert.refresh_from_db()
    assert (alert.mailed_at, alert.mailed_to) == (NOW + 2 * MINUTE, [])


def test_an_alert_of_yesterday_is_no_news(alice: User, settings: Any) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)

    assert watch(NOW + budget_alerts.GIVE_UP_AFTER) == []
    assert BudgetAlert.objects.get().mailed_at is None


@pytest.mark.parametrize("own", [True, False])
def test_with_nobody_to_mail_it_waits(alice: User, settings: Any, own: bool, caplog: pytest.LogCaptureFixture) -> None:
    settings.ADMINS = []
    budget(scope="user", user=alice) if own else budget()
    spend(alice, 8_000_000)
    User.objects.update(is_active=False)

    assert watch() == []

    assert BudgetAlert.objects.get().mailed_at is None
    assert "Nobody to mail" in caplog.text
