"""Notifications: declared, told once, read, and gone after 90 days."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import notifications
from accounts.models import Notification, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "KINDS", {})
    notifications.declare("post-due", icon="clock", level="warn", text=lambda data: f"{data['title']}: {_('Log out')}")


def tell(user: User, title: str = "Rain", **more: str) -> bool:
    return notifications.notify(user, "post-due", {"title": title}, now=timezone.now(), **more)


def test_what_is_told_is_read_in_the_readers_language(alice: User) -> None:
    tell(alice, url="/app/posts")

    with translation.override("fr"):
        (told,) = notifications.newest(alice)

    assert told.text == "Rain: Se déconnecter"
    assert (told.icon, told.level, told.url, told.is_read) == ("clock", "warn", "/app/posts", False)


def test_a_kind_that_nobody_declared_is_refused(alice: User) -> None:
    with pytest.raises(notifications.UndeclaredKind):
        notifications.notify(alice, "nobody", now=timezone.now())


def test_a_kind_of_another_release_is_still_shown(alice: User) -> None:
    Notification.objects.create(user=alice, kind="of-tomorrow", created_at=timezone.now())

    assert [told.text for told in notifications.newest(alice)] == ["There is something new"]


def test_with_a_key_it_is_told_once_to_each(alice: User, bob: User) -> None:
    assert tell(alice, key="due:1") is True
    assert tell(alice, key="due:1") is False
    assert tell(bob, key="due:1") is True
    assert tell(alice) is True
    assert tell(alice) is True

    assert notifications.unread_count(alice) == 3


def test_what_is_rolled_back_was_never_told(alice: User) -> None:
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)

    assert notifications.newest(alice) == []


def test_the_newest_stand_first_and_pages_do_not_overlap(alice: User, bob: User) -> None:
    for number in range(5):
        tell(alice, str(number))
    tell(bob, "not hers")

    first = notifications.newest(alice, most=3)
    second = notifications.newest(alice, before=first[-1].id, most=3)

    assert [told.text[0] for told in [*first, *second]] == ["4", "3", "2", "1", "0"]


def test_reading_one_leads_on_and_keeps_its_first_time(alice: User, bob: User) -> None:
    tell(alice, url="/app/calendar")
    row = Notification.objects.get()
    now = timezone.now()

    assert notifications.read(bob, row.pk, now) is None
    assert notifications.read(alice, uuid4(), now) is None
    assert notifications.unread_count(alice) == 1
    assert notifications.read(alice, row.pk, now) == "/app/calendar"
    assert notifications.read(alice, row.pk, now + timedelta(hours=1)) == "/app/calendar"

    row.refresh_from_db()
    assert row.read_at == now
    assert notifications.unread_count(alice) == 0


def test_reading_all_leaves_others_alone(alice: User, bob: User) -> None:
    for user in (alice, alice, bob):
        tell(user)

    notifications.read_all(alice, timezone.now())

    assert (notifications.unread_count(alice), notifications.unread_count(bob)) == (0, 1)


def test_counting_stops_where_the_badge_does(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "MOST_COUNTED", 2)
    for _number in range(3):
        tell(alice)

    assert notifications.unread_count(alice) == 2


def test_what_is_older_goes_in_portions(alice: User) -> None:
    now = timezone.now()
    for days in (89, 91, 92, 93):
        Notification.objects.create(user=alice, kind="post-due", created_at=now - timedelta(days=days))
    before = now - timedelta(days=90)

    assert notifications.purge(before, 2) == 2
    assert notifications.purge(before, 2) == 1
    assert Notification.objects.get().created_at == now - timedelta(days=89)
