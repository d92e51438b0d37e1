"""What is older than its period goes by night, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, Erasure, Notification, RetentionPeriod, User
from accounts.privacy import retention
from analytics import events
from analytics.models import Event

pytestmark = pytest.mark.django_db


def told(user: User, *, days: int) -> None:
    Notification.objects.create(user=user, kind="test", created_at=timezone.now() - timedelta(days=days))


def test_each_rule_takes_what_is_older_and_leaves_what_is_not(alice: User) -> None:
    now = timezone.now()
    for days in (89, 91):
        told(alice, days=days)
    for months in (24, 26):
        at = now - timedelta(days=30 * months)
        events.record("content.edited", user_id=alice.pk, data={"content_id": "1"}, now=at)
    for days in (364, 366):
        audit.record(alice, "sign_in", now=now - timedelta(days=days))
    AuditEntry.objects.count()
    for days in (5 * 365 - 1, 5 * 365 + 1):
        Erasure.objects.create(state="kept", created_at=now - timedelta(days=days), due_at=now)
    Client().force_login(alice)
    Session.objects.update(expire_date=now - timedelta(minutes=1))

    removed = retention.apply(now=now)

    assert removed["notifications"] == 1
    assert removed["events"] == 1
    assert removed["receipts"] == 1
    assert removed["sessions"] == 1
    assert Notification.objects.count() == 1
    edits = Event.objects.filter(event="content.edited")
    assert (edits.filter(user=None).count(), edits.filter(user=alice).count()) == (1, 1)
    assert Erasure.objects.count() == 1
    row = RetentionPeriod.objects.get(pk="notifications")
    assert (row.days, row.applied_at, row.removed) == (90, now, 1)


def test_a_period_that_an_operator_chose_holds(alice: User) -> None:
    now = timezone.now()
    told(alice, days=40)
    retention.store_missing(now=now)
    RetentionPeriod.objects.filter(pk="notifications").update(days=31)

    retention.apply(now=now)

    assert not Notification.objects.exists()


def test_a_period_beyond_the_bounds_does_not(alice: User) -> None:
    retention.store_missing(now=timezone.now())
    RetentionPeriod.objects.filter(pk="notifications").update(days=1)
    RetentionPeriod.objects.filter(pk="exports").update(days=9_000)

    assert retention.days("notifications") == 30
    assert retention.days("exports") == 7


def test_one_rule_that_fails_does_not_hold_up_the_others(alice: User, monkeypatch: Any) -> None:
    def broken(_before: Any, _at_most: int) -> int:
        raise RuntimeError("broken")

    rule = retention.RULES["events"]
    monkeypatch.setitem(retention.RULES, "aaa", retention.Rule("aaa", 1, rule.label, rule.why, 1, 1, remove=broken))
    told(alice, days=91)

    removed = retention.apply(now=timezone.now())

    assert removed["notifications"] == 1
    assert "aaa" not in removed


def test_a_night_takes_away_all_of_it_in_portions(monkeypatch: Any) -> None:
    left = [2_500]

    def remove(_before: Any, at_most: int) -> int:
        done = min(at_most, left[0])
        left[0] -= done
        return done

    assert retention.sweep(remove, timezone.now()) == 2_500
    assert left == [0]
