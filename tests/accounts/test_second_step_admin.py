"""An operator takes away a second step that was lost: with a reason, in the log, and with a mail to the person."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, Session, User
from tests.accounts.entrance.conftest import is_in
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_workers")]

REASON = "Showed the passport that the payout is in the name of"


@pytest.fixture
def admin(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def protected(alice: User) -> User:
    protect(alice)
    return alice


def protect(user: User) -> None:
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={})


def address(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/second-step/"


def reset(admin: Client, user: User, reason: str = REASON) -> Any:
    return admin.post(address(user), {"reason": reason}, follow=True)


def test_the_password_is_enough_again_and_the_person_is_told(admin: Client, protected: User) -> None:
    before = Client()
    before.force_login(protected)

    answer = reset(admin, protected)

    assert "told by mail" in answer.text
    assert not Authenticator.objects.filter(user=protected).exists()
    assert not is_in(before)
    assert set(Session.objects.filter(user=protected).values_list("ending", flat=True)) == {"operator"}
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([protected.email], "Your second step was reset")
    assert REASON not in letter.body
    client = Client()
    client.post("/login", {"login": protected.email, "password": PASSWORD})
    assert is_in(client)


def test_the_log_says_who_and_why_and_the_person_reads_it(admin: Client, operator: User, protected: User) -> None:
    reset(admin, protected)

    entry = AuditEntry.objects.get(kind="mfa_reset")
    assert (entry.user, entry.actor, entry.data) == (protected, operator, {"reason": REASON})
    client = Client()
    client.force_login(protected)
    assert f"Two-step sign-in reset by an operator: {REASON}" in client.get("/app/settings/activity").text


def test_without_a_reason_nothing_happens(admin: Client, protected: User) -> None:
    assert admin.get(address(protected)).status_code == 200

    reset(admin, protected, reason=" ")

    assert Authenticator.objects.filter(user=protected).count() == 2
    assert not AuditEntry.objects.filter(kind="mfa_reset").exists()
    assert mail.outbox == []


def test_nobody_resets_their_own(admin: Client, operator: User) -> None:
    protect(operator)

    assert "changed in your settings" in reset(admin, operator).text

    assert Authenticator.objects.filter(user=operator).count() == 2


def test_where_there_is_none_nothing_is_said_to_have_happened(admin: Client, alice: User) -> None:
    assert "no second step to reset" in reset(admin, alice).text
    assert not AuditEntry.objects.filter(kind="mfa_reset").exists()
    assert mail.outbox == []


def test_staff_without_all_rights_cannot(protected: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = Client()
    client.force_login(bob)

    assert client.post(address(protected), {"reason": REASON}).status_code == 403

    assert Authenticator.objects.filter(user=protected).count() == 2


def test_the_account_says_whether_there_is_one(admin: Client, protected: User, bob: User) -> None:
    assert address(protected) in admin.get(f"/admin/accounts/user/{protected.pk}/change/").text
    assert address(bob) not in admin.get(f"/admin/accounts/user/{bob.pk}/change/").text
