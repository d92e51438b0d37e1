"""At 80 and 100 % of a month's credits a creator hears of it: once each, and anew on a larger plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import Notification, Tier, User
from billing import quota, tasks
from billing.models import BillingLetter, QuotaPeriod

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GONE = "Your credits for this month are used up"


def use(user: User, used: int, *, now: datetime = NOW) -> list[str]:
    """Let so many credits of the month be used, and the minute's task run; return the subjects of what was mailed."""
    period = quota.current_period(user, now=now)
    QuotaPeriod.objects.filter(pk=period.pk).update(used=used)
    mail.outbox.clear()
    with time_machine.travel(now, tick=False):
        tasks.write_letters()
    return [str(message.subject) for message in mail.outbox]


def left(credits: str, limit: str) -> str:
    return f"{credits} of your {limit} credits this month are left"


@pytest.mark.parametrize(
    ("used", "told"),
    [(0, []), (6_399, []), (6_400, [left("1,600", "8,000")]), (7_999, [left("1", "8,000")]), (8_000, [GONE])],
)
def test_a_mark_is_told_when_it_is_reached(alice: User, used: int, told: list[str]) -> None:
    assert use(alice, used) == told


def test_each_is_told_once_in_a_month_and_again_in_the_next(alice: User) -> None:
    assert use(alice, 6_500) == [left("1,500", "8,000")]
    assert use(alice, 7_000) == []
    assert use(alice, 8_000) == [GONE]
    assert use(alice, 8_000, now=NOW + MINUTE) == []
    # What was given back, and used again.
    assert use(alice, 7_900) == []
    assert use(alice, 6_500, now=NOW + timedelta(days=10)) == [left("1,500", "8,000")]


def test_a_larger_plan_arms_both_marks_anew(alice: User) -> None:
    use(alice, 8_000)
    User.objects.filter(pk=alice.pk).update(tier=Tier.SCALE)
    alice.refresh_from_db()

    assert use(alice, 8_000) == []
    assert use(alice, 32_000) == [left("8,000", "40,000")]
    assert use(alice, 40_000) == [GONE]


def test_a_smaller_plan_in_the_same_month_is_no_news(alice: User) -> None:
    use(alice, 7_000)
    User.objects.filter(pk=alice.pk).update(tier=Tier.FREE)
    alice.refresh_from_db()

    assert use(alice, 7_000) == []


def test_both_marks_at_once_are_one_mail(alice: User) -> None:
    assert use(alice, 8_000) == [GONE]
    assert BillingLetter.objects.count() == 1


def test_what_is_set_aside_counts_as_taken_in_what_is_left(alice: User) -> None:
    quota.reserve(alice, credits=100, premium=False, now=NOW)

    assert use(alice, 6_400) == [left("1,500", "8,000")]


def test_the_figures_are_those_of_the_app_and_of_the_api(alice: User, client: Client) -> None:
    use(alice, 6_400)
    (message,) = mail.outbox

    assert "You have used 6,400 of 8,000 credits this month, and 1,600 are left until 1 December 2026." in message.body
    client.force_login(alice)
    with time_machine.travel(NOW, tick=False):
        status = client.get("/api/usage/").json()
        with pytest.raises(quota.QuotaExhausted) as refused:
            quota.reserve(alice, credits=1_601, premium=False, now=NOW)
    assert (status["used"], status["left"], status["limit"]) == (6_400, 1_600, 8_000)
    assert status["resets_at"].startswith("2026-12-01")
    error = refused.value
    assert (error.used, error.left, error.limit) == (6_400, 1_600, 8_000)
    assert error.resets_at.isoformat().startswith("2026-12-01")


def test_it_is_a_line_in_the_app_that_leads_to_the_plans(alice: User) -> None:
    use(alice, 8_000)

    line = Notification.objects.get()
    assert (line.kind, line.url) == ("billing-credits-gone", "/app/billing")


def test_a_month_that_is_over_is_no_news(alice: User) -> None:
    period = quota.current_period(alice, now=NOW)
    QuotaPeriod.objects.filter(pk=period.pk).update(used=8_000)
    with time_machine.travel(period.ends_at, tick=False):
        tasks.write_letters()

    assert not BillingLetter.objects.exists()


def test_a_letter_that_waited_into_the_next_month_is_thrown_away(alice: User) -> None:
    late = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    User.objects.update(email_verified_at=None)
    assert use(alice, 8_000, now=late) == []
    User.objects.update(email_verified_at=NOW)
    mail.outbox.clear()

    with time_machine.travel(late + MINUTE, tick=False):
        tasks.write_letters()

    assert mail.outbox == []
    assert not BillingLetter.objects.exists()
