"""While a mail is on its way: nothing is locked, nobody else mails it, and what happens meanwhile hurts no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection, transaction

from accounts.models import User
from billing import budget_alerts
from billing.models import Budget, BudgetAlert
from tests.billing.alerting import MINUTE, NOW, budget, server, spend, watch
from tests.billing.crowd import all_at_once
from tests.conftest import person

pytestmark = pytest.mark.django_db


class ServerThatWatches(locmem.EmailBackend):
    """Sees what the database is like while it is given a mail, and does what `meanwhile` says."""

    meanwhile: ClassVar[Callable[[], object]]

    def send_messages(self, messages: Any) -> int:
        assert not connection.in_atomic_block
        type(self).meanwhile()
        return super().send_messages(messages)


@pytest.fixture
def meanwhile(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have something happen whenever a mail is being sent."""
    server(settings, ServerThatWatches)

    def happens(what: Callable[[], object]) -> None:
        monkeypatch.setattr(ServerThatWatches, "meanwhile", staticmethod(what), raising=False)

    return happens


@pytest.mark.django_db(transaction=True)
def test_no_transaction_and_no_lock_wait_for_the_mail_server(alice: User, meanwhile: Any) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    seen: list[datetime | None] = []

    def lock_it() -> None:
        with transaction.atomic():
            seen.append(BudgetAlert.objects.select_for_update(nowait=True).get().claimed_at)

    meanwhile(lock_it)
    assert watch() == ["alice@example.org"]

    alert = BudgetAlert.objects.get()
    assert seen == [NOW]
    assert (alert.mailed_at, alert.claimed_at) == (NOW, None)


@pytest.mark.django_db(transaction=True)
def test_what_is_being_mailed_is_left_alone_by_others(alice: User, meanwhile: Any) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    elsewhere = mail.get_connection(f"{locmem.__name__}.EmailBackend")

    meanwhile(lambda: budget_alerts.deliver(BudgetAlert.objects.get().pk, elsewhere, now=NOW + MINUTE))

    assert watch() == ["alice@example.org"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_budget_that_is_deleted_keeps_no_other_mail_back(
    alice: User, bob: User, when: str, meanwhile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = budget(scope="user", user=alice)
    budget(scope="user", user=bob)
    spend(alice, 8_000_000)
    spend(bob, 8_000_000)
    deliver = budget_alerts.deliver

    def late(*args: Any, **kwargs: Any) -> None:
        Budget.objects.filter(pk=gone.pk).delete()
        deliver(*args, **kwargs)

    meanwhile(lambda: Budget.objects.filter(pk=gone.pk).delete())
    if when == "before":
        monkeypatch.setattr(budget_alerts, "deliver", late)

    assert watch() == (["bob@example.org"] if when == "before" else ["alice@example.org", "bob@example.org"])

    assert BudgetAlert.objects.get().mailed_at == NOW


def test_what_a_task_that_died_had_claimed_is_mailed_later(alice: User) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    BudgetAlert.objects.update(claimed_at=NOW)

    assert watch(NOW + budget_alerts.CLAIM_LASTS - MINUTE) == []
    assert watch(NOW + budget_alerts.CLAIM_LASTS) == ["alice@example.org"]


@pytest.mark.django_db(transaction=True)
def test_who_lost_their_claim_marks_nothing_more(alice: User, operator: User, meanwhile: Any) -> None:
    person("second@example.org", is_superuser=True)
    budget()
    spend(alice, 8_000_000)

    meanwhile(lambda: BudgetAlert.objects.update(claimed_at=NOW + MINUTE))

    assert watch() == ["operator@example.org"]
    alert = BudgetAlert.objects.get()
    assert (alert.mailed_to, alert.mailed_at, alert.claimed_at) == ([], None, NOW + MINUTE)


@pytest.mark.django_db(transaction=True)
def test_tasks_that_run_at_once_mail_it_once(alice: User) -> None:
    budget(scope="user", user=alice)
    spend(alice, 8_000_000)
    mail.outbox = []

    all_at_once([lambda: budget_alerts.mail_pending(now=NOW)] * 6)

    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
