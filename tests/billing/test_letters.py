"""Letters about payments and trials: three in the grace, one when it is over, one of relief; each once, and none too late."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends import locmem

from accounts.models import CreatorProfile, Notification, Tier, User
from billing import dunning, mailing, subscriptions, tasks
from billing.entitlements import GRACE, Standing
from billing.models import BillingLetter, Comp
from billing.subscriptions import Told
from tests.billing.alerting import server

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

FAILED = "The payment for your Pro plan did not go through"
OPEN = "The payment for your Pro plan is still open"
LAST = "Your account becomes read-only on 17 November 2026"
READ_ONLY = "Your account is read-only"
PAID = "Paid: your Pro plan goes on"


class ServerAway(locmem.EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("nobody listens")


def tell(user: User, status: str, *, at: datetime = START, id: str = "sub_1", **fields: Any) -> None:
    """Let the provider tell of a subscription."""
    values = {"unpaid_since": START, "owed": 2900} if status in mailing.OWING else {}
    standing = Standing(status, Tier.PRO, START + 30 * DAY, **{**values, **fields})
    subscriptions.apply(user.pk, Told(id, standing, "month", "eur"), now=at)


def minutes_task(at: datetime) -> list[str]:
    """Let the minute's task run; return the subjects of what was mailed."""
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        tasks.write_letters()
    return [str(message.subject) for message in mail.outbox]


def over(days: int, *, since: datetime = START) -> dict[int, list[str]]:
    """Let the tasks run every six hours for so many days; return what was mailed on which day."""
    found: dict[int, list[str]] = {}
    for quarter in range(days * 4):
        now = since + quarter * DAY / 4
        subscriptions.expire(now=now)
        if subjects := minutes_task(now):
            found.setdefault(quarter // 4, []).extend(subjects)
    return found


@pytest.fixture
def paying(bob: User) -> User:
    tell(bob, "active", at=START - DAY)
    return bob


def test_three_in_the_grace_one_when_it_is_over_and_one_of_relief(paying: User) -> None:
    tell(paying, "past_due")
    assert over(40) == {0: [FAILED], 5: [OPEN], 11: [LAST], 14: [READ_ONLY]}

    tell(paying, "active", at=START + 41 * DAY)
    assert over(5, since=START + 41 * DAY) == {0: [PAID]}


@pytest.mark.parametrize(
    ("paid_on", "mailed"),
    [(3, {0: [FAILED], 3: [PAID]}), (7, {0: [FAILED], 5: [OPEN], 7: [PAID]})],
)
def test_none_after_the_payment(paying: User, paid_on: int, mailed: dict[int, list[str]]) -> None:
    tell(paying, "past_due")
    before = over(paid_on)
    tell(paying, "active", at=START + paid_on * DAY)
    after = {day + paid_on: found for day, found in over(20, since=START + paid_on * DAY).items()}

    assert before | after == mailed


def test_who_paid_before_they_were_told_hears_of_neither(paying: User) -> None:
    tell(paying, "past_due")
    tell(paying, "active")

    assert over(20) == {}
    # Nor when it was noted, and not mailed yet.
    tell(paying, "past_due", at=START + DAY, unpaid_since=START + DAY)
    dunning.note_due(now=START + DAY)
    assert BillingLetter.objects.filter(mailed_at=None).exists()
    tell(paying, "active", at=START + DAY)
    assert over(20, since=START + DAY) == {}
    assert not BillingLetter.objects.filter(mailed_at=None).exists()


def test_none_after_the_plan_was_cancelled_but_that_it_ended(paying: User) -> None:
    tell(paying, "past_due")
    assert over(1) == {0: [FAILED]}

    tell(paying, "canceled", at=START + DAY)
    assert over(20, since=START + DAY) == {0: ["Your Pro plan has ended"]}


def test_after_a_standstill_only_the_word_of_the_day_is_mailed(paying: User) -> None:
    tell(paying, "past_due")

    assert minutes_task(START + 12 * DAY) == [LAST]
    assert minutes_task(START + 13 * DAY) == []


def test_the_next_debt_is_told_anew(paying: User) -> None:
    tell(paying, "past_due")
    over(1)
    tell(paying, "active", at=START + 2 * DAY)
    over(1, since=START + 2 * DAY)
    later = START + 30 * DAY
    tell(paying, "past_due", at=later, unpaid_since=later)

    assert over(6, since=later) == {0: [FAILED], 5: [OPEN]}


def test_the_mail_says_how_much_until_when_and_where(paying: User, settings: Any) -> None:
    tell(paying, "past_due")
    minutes_task(START)

    (message,) = mail.outbox
    assert isinstance(message, mail.EmailMultiAlternatives)
    ((html, kind),) = message.alternatives
    assert message.to == ["bob@example.org"]
    assert kind == "text/html"
    for text in (message.body, str(html)):
        assert "Still to be paid: €29." in text
        assert "17 November 2026" in text
        assert f"{settings.BASE_URL}/app/billing" in text
        assert "always sent" in text
    assert "src=" not in str(html)


def test_where_the_amount_is_not_known_it_is_left_out(paying: User) -> None:
    tell(paying, "past_due", owed=None)

    assert minutes_task(START) == [FAILED]
    assert "Still to be paid" not in mail.outbox[0].body


def test_in_french(paying: User) -> None:
    User.objects.update(locale="fr")
    tell(paying, "past_due", owed=2950)
    minutes_task(START)

    (message,) = mail.outbox
    assert re.search(r"29,50[\xa0\u202f]€", str(message.body))
    assert "17 novembre 2026" in message.body
    assert "votre offre Pro" in message.body


def test_each_is_a_line_in_the_app_too(paying: User) -> None:
    tell(paying, "past_due")
    minutes_task(START)

    line = Notification.objects.get()
    assert (line.kind, line.url) == ("billing-payment-failed", "/app/billing")


def test_who_switched_mails_off_gets_them_all_the_same(paying: User) -> None:
    CreatorProfile.objects.create(user=paying, handle="bob", mail_reminders=False)
    tell(paying, "past_due")

    assert minutes_task(START) == [FAILED]


@pytest.mark.parametrize("changed", [{"is_active": False}, {"email_verified_at": None}, {"leaves_at": START - MINUTE}])
def test_nobody_who_is_gone_and_no_address_of_somebody_else(paying: User, changed: dict[str, Any]) -> None:
    User.objects.filter(pk=paying.pk).update(**changed)
    tell(paying, "past_due")

    assert minutes_task(START) == []


def test_who_is_erased_gets_none(paying: User) -> None:
    tell(paying, "past_due")
    dunning.note_due(now=START)
    paying.delete()

    assert minutes_task(START) == []


def test_while_the_mail_server_is_away_it_waits_and_is_sent_once(paying: User, settings: Any) -> None:
    tell(paying, "past_due")
    server(settings, ServerAway)
    assert minutes_task(START) == []

    server(settings, locmem.EmailBackend)
    assert minutes_task(START + mailing.CLAIM_LASTS) == [FAILED]
    assert minutes_task(START + DAY) == []


def test_of_two_tasks_at_once_one_mails(paying: User) -> None:
    tell(paying, "past_due")
    dunning.note_due(now=START)
    letter = BillingLetter.objects.get()
    BillingLetter.objects.update(claimed_at=START)

    assert minutes_task(START + MINUTE) == []
    # Whoever claimed it died.
    assert minutes_task(START + mailing.CLAIM_LASTS) == [FAILED]
    letter.refresh_from_db()
    assert (letter.mailed_at, letter.claimed_at) == (START + mailing.CLAIM_LASTS, None)


def test_who_was_given_a_plan_besides_is_not_told_of_what_will_not_come(paying: User) -> None:
    Comp.objects.create(user=paying, plan="scale", reason="A friend of the house", created_at=START)
    tell(paying, "past_due")

    assert over(20) == {0: [FAILED], 5: [OPEN]}


# --- Trials and ends ----------------------------------------------------------------------------------------------


def test_a_trial_is_told_of_three_days_before_its_end_and_at_its_end(bob: User) -> None:
    ends = START + 14 * DAY
    tell(bob, "trialing", trial_ends_at=ends)
    assert over(14) == {11: ["Your trial of Pro ends on 17 November 2026"]}

    tell(bob, "paused", at=ends)
    assert over(5, since=ends) == {0: ["Your trial of Pro is over"]}


def test_it_says_what_the_plan_will_cost(bob: User) -> None:
    tell(bob, "trialing", trial_ends_at=START + 2 * DAY)
    minutes_task(START)

    assert "the plan then costs €29 a month" in mail.outbox[0].body


def test_a_trial_that_was_cancelled_is_not_announced(bob: User) -> None:
    ends = START + 2 * DAY
    tell(bob, "trialing", trial_ends_at=ends, ends_at=ends)

    assert over(2) == {}


def test_a_trial_that_becomes_a_plan_ends_without_a_word(bob: User) -> None:
    tell(bob, "trialing", trial_ends_at=START)
    tell(bob, "active")

    assert over(2) == {}


def test_a_plan_that_ends_is_told_once_with_what_goes_on(paying: User) -> None:
    for _ in range(2):
        tell(paying, "canceled")

    assert minutes_task(START) == ["Your Pro plan has ended"]
    assert "goes on with Free" in mail.outbox[0].body
    assert minutes_task(START + MINUTE) == []


def test_a_first_payment_that_never_came_is_no_plan_that_ended(bob: User) -> None:
    tell(bob, "incomplete")
    tell(bob, "incomplete_expired")

    assert over(2) == {}


def test_another_subscription_is_no_payment_of_the_first(paying: User) -> None:
    tell(paying, "unpaid")
    minutes_task(START)
    tell(paying, "active", at=START + DAY, id="sub_2")

    assert minutes_task(START + DAY) == []


def test_a_grace_of_which_nobody_knows_the_beginning_writes_nothing(paying: User) -> None:
    tell(paying, "past_due", unpaid_since=None)

    assert over(20) == {}
    assert GRACE == 14 * DAY
