"""Nothing goes out for a creator who is leaving, and nothing is lost for one who stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.privacy import erasing
from content.models import Content, Publication
from content.publishing import due, mails

pytestmark = pytest.mark.django_db


def publication(user: User, state: str = "scheduled") -> Publication:
    now = timezone.now()
    post = Content.objects.create(user=user, body="Rain", state="scheduled", created_at=now, updated_at=now)
    return Publication.objects.create(
        user=user,
        content=post,
        channel="huntaze" if state == "scheduled" else "x",
        state=state,
        due_at=now - timedelta(minutes=1),
        attempt_at=now - timedelta(minutes=1),
        reminded_at=None if state == "scheduled" else now,
        created_at=now,
    )


def test_what_is_due_waits_while_its_creator_is_leaving(alice: User, bob: User) -> None:
    mine, theirs = publication(alice), publication(bob)
    erasing.ask(alice, now=timezone.now())

    assert due.waiting(now=timezone.now()) == [theirs.pk]
    assert due.claim(mine.pk, now=timezone.now()) is None
    erasing.keep(alice, now=timezone.now())

    assert set(due.waiting(now=timezone.now())) == {mine.pk, theirs.pk}
    assert due.claim(mine.pk, now=timezone.now()) is not None


def test_no_reminder_is_mailed_meanwhile(alice: User) -> None:
    publication(alice, "reminded")
    erasing.ask(alice, now=timezone.now())

    assert not mails.unmailed(now=timezone.now()).exists()
    erasing.keep(alice, now=timezone.now())

    assert mails.unmailed(now=timezone.now()).exists()
