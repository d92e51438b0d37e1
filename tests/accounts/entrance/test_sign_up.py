"""Signing up: in at once, the address confirmed by mail, and no word about whose address it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.entrance import addresses
from accounts.models import User
from tests.accounts.entrance.conftest import Mailbox, is_in, link_in, without_tokens
from tests.conftest import PASSWORD

FORM = {
    "name": "Nadia",
    "email": "Nadia@Example.org",
    "password1": "a rainy day in lyon",
    "time_zone": "Europe/Paris",
    "adult": "on",
    "terms": "on",
}
TAKEN = {**FORM, "email": "alice@example.org"}


def sign_up(form: dict[str, str], **headers: Any) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/signup", form, headers=headers)


@pytest.mark.django_db
class TestAddress:
    def test_the_link_confirms_it_in_any_browser(self, mailbox: Mailbox) -> None:
        sign_up(FORM)
        user = User.objects.get()
        assert user.email_verified_at is None
        link = link_in(mailbox.only())

        other = Client()
        assert "Nadia" in other.get(link).text
        # What looks at links in mails confirms nothing.
        assert not User.objects.get().has_confirmed_address
        assert other.post(link).headers["Location"] == "/login"
        assert User.objects.get().has_confirmed_address
        assert not is_in(other)
        assert "no longer works" in other.get(link).text

    def test_after_three_days_it_is_over(self, mailbox: Mailbox) -> None:
        sign_up(FORM)
        link = link_in(mailbox.only())
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert "no longer works" in Client().get(link).text
            assert Client().post(link).status_code == 404

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_the_mail_is_in_the_readers_language(self, mailbox: Mailbox, language: str) -> None:
        sign_up(FORM, **{"Accept-Language": language})
        message = mailbox.only()
        assert message.subject == ("Confirmez votre adresse" if language == "fr" else "Confirm your address")
        assert message.to == ["nadia@example.org"]

    def test_it_can_be_mended_before_it_is_confirmed(self, mailbox: Mailbox) -> None:
        client, _response = sign_up(FORM)
        mailbox.take()
        client.post("/login/again", {"password": FORM["password1"]})
        client.post("/app/settings/security/email", {"email": "nadja@example.org", "action_add": ""})
        user = User.objects.get()
        assert (user.email, user.has_confirmed_address) == ("nadja@example.org", False)
        client.post(link_in(mailbox.only()))
        user.refresh_from_db()
        assert (user.email, user.has_confirmed_address) == ("nadja@example.org", True)


class TestTakenAddress:
    """A stranger signs up with Alice's address."""

    def test_page_and_mailbox_tell_the_stranger_nothing(self, mailbox: Mailbox, alice: User) -> None:
        seen = []
        for form in (FORM, TAKEN):
            client, response = sign_up(form)
            pages = [client.get(path) for path in ("/app/settings/security", "/app/settings/security/email")]
            texts = [page.text.replace(form["email"].lower(), "ADDRESS") for page in pages]
            seen.append((response.status_code, response.headers["Location"], [without_tokens(text) for text in texts]))
            assert len(mailbox.take()) == 1
        assert seen[0] == seen[1]

    def test_alice_reads_that_she_has_an_account(self, mailbox: Mailbox, alice: User) -> None:
        sign_up(TAKEN)
        message = mailbox.only()
        assert message.subject == "You already have an account"
        assert message.to == [alice.email]
        assert link_in(message) == "/login"

    def test_alice_still_logs_in_and_the_stranger_too(self, mailbox: Mailbox, alice: User) -> None:
        sign_up(TAKEN)
        stranger = User.objects.get(email_verified_at=None)
        for password, user in ((PASSWORD, alice), (TAKEN["password1"], stranger)):
            client = Client()
            client.post("/login", {"login": alice.email, "password": password})
            assert client.session["_auth_user_id"] == str(user.pk)

    def test_the_stranger_never_confirms_it(self, mailbox: Mailbox, alice: User) -> None:
        client, _response = sign_up(TAKEN)
        mailbox.take()
        client.post("/app/settings/security/email", {"email": alice.email, "action_send": ""})
        stranger = User.objects.get(email_verified_at=None)
        assert not addresses.confirm(stranger, now=timezone.now())
        with pytest.raises(IntegrityError):
            User.objects.filter(pk=stranger.pk).update(email_verified_at=timezone.now())

    def test_whoever_confirms_first_has_it(self, mailbox: Mailbox, db: None) -> None:
        sign_up({**FORM, "name": "First"})
        first = link_in(mailbox.only())
        with time_machine.travel(timezone.now() + timedelta(minutes=10)):
            sign_up({**FORM, "name": "Second"})
            second = link_in(mailbox.only())
            Client().post(second)
            Client().post(first)
        assert [user.name for user in User.objects.filter(email_verified_at__isnull=False)] == ["Second"]

    def test_changing_to_it_tells_nothing_either(self, mailbox: Mailbox, alice: User, bob: User) -> None:
        client = Client()
        client.force_login(bob)
        client.post("/login/again", {"password": PASSWORD})
        seen = []
        for email in ("nobody@example.org", alice.email):
            response = client.post("/app/settings/security/email", {"email": email, "action_add": ""}, follow=True)
            seen.append((response.redirect_chain, without_tokens(response.text.replace(email, "ADDRESS"))))
            (message,) = mailbox.take()
            assert message.to == [email]
        assert seen[0] == seen[1]
        assert message.subject == "You already have an account"
