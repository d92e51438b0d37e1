"""Accounts that only claim the address of another go, once nobody comes to them any more; no other account does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Erasure, User
from accounts.privacy import consents, erasing, retention
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def claim(email: str, *, days: int, **fields: Any) -> User:
    """Store an account of so many days ago whose address nobody has confirmed."""
    at = timezone.now() - timedelta(days=days)
    made = User.objects.create_user(email, PASSWORD, email_verified_at=None, agreed=consents.PRESENT)
    User.objects.filter(pk=made.pk).update(created_at=at, **fields)
    return made


def swept() -> list[User]:
    retention.apply(now=timezone.now())
    return [erasure.user for erasure in Erasure.objects.order_by("pk") if erasure.user]


def test_an_old_claim_begins_to_leave_and_says_so(alice: User) -> None:
    old = claim(alice.email, days=91)
    claim(alice.email, days=89)

    assert swept() == [old]

    # The address is Alice's, who has nothing to do with it.
    assert mail.outbox == []
    client = Client()
    client.force_login(old)
    assert "This account will be erased" in client.get("/app/settings/profile").text


def test_nobody_else_leaves(alice: User) -> None:
    ago = timezone.now() - timedelta(days=91)
    claim("nobody-confirmed@example.org", days=500)
    claim(alice.email, days=500, last_login=timezone.now() - timedelta(days=3))
    claim(alice.email, days=500, tier="pro")
    claim(alice.email, days=500, is_staff=True)
    User.objects.filter(pk=alice.pk).update(created_at=ago, last_login=ago)

    assert swept() == []


def test_who_keeps_it_is_asked_again_at_the_next_sweep_and_never_twice_at_once(alice: User) -> None:
    old = claim(alice.email, days=91)
    assert swept() == [old]
    assert swept() == [old]
    old.refresh_from_db()

    erasing.keep(old, now=timezone.now())

    assert swept() == [old, old]


def test_its_receipt_goes_to_nobody(alice: User) -> None:
    old = claim(alice.email, days=91)
    swept()
    due = timezone.now() + erasing.GRACE
    erasing.close_due(now=due)
    erasure = Erasure.objects.get()

    assert erasing.run(erasure.pk, now=due + erasing.SETTLES)

    assert erasing.mail_receipts(now=timezone.now()) == 0
    assert mail.outbox == []
    assert not User.objects.filter(pk=old.pk).exists()
    assert User.objects.filter(pk=alice.pk).exists()
