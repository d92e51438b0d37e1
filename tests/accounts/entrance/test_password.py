"""Passwords: logging in, choosing a new one by mail, changing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.entrance.conftest import Mailbox, is_in, link_in
from tests.conftest import PASSWORD, person

NEW = "umbrellas on the quay"


def logged_in(user: User) -> Client:
    client = Client()
    client.post("/login", {"login": user.email, "password": PASSWORD})
    assert is_in(client)
    return client


class TestLogIn:
    def test_a_refusal_takes_the_same_work_for_everybody(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        for _n in range(2):
            person("carol@example.org", email_verified_at=None)
        counted: list[Any] = []
        hasher = hashers.get_hasher()
        plain_encode = type(hasher).encode

        def encode(*args: Any) -> str:
            counted.append(args)
            return str(plain_encode(*args))

        monkeypatch.setattr(type(hasher), "encode", encode)
        work = []
        for email in ("nobody@example.org", alice.email, "carol@example.org"):
            counted.clear()
            response = Client().post("/login", {"login": email, "password": "wrong"})
            work.append((response.status_code, "do not go together" in response.text, len(counted)))
        assert work == [(200, True, 3)] * 3

    def test_the_session_gets_a_new_key(self, alice: User) -> None:
        client = Client()
        # Something is kept in the session before anybody logs in.
        client.get("/login/passkey", headers={"Accept": "application/json"})
        before = client.session.session_key
        client.post("/login", {"login": alice.email, "password": PASSWORD})
        assert client.session.session_key != before
        thief = Client()
        thief.cookies["sessionid"] = str(before)
        assert not is_in(thief)

    @pytest.mark.parametrize(
        "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"]
    )
    def test_it_leads_nowhere_else(self, alice: User, target: str) -> None:
        response = Client().post("/login", {"login": alice.email, "password": PASSWORD, "next": target})
        assert response.headers["Location"] == "/app/"

    @pytest.mark.parametrize("path", ["/login", "/signup", "/login/reset", "/login/link", "/login/passkey"])
    def test_a_form_without_its_token_is_refused(self, path: str, db: None) -> None:
        assert Client(enforce_csrf_checks=True).post(path, {"login": "a", "email": "a"}).status_code == 403

    def test_tries_are_counted_by_account_wherever_they_come_from(self, alice: User) -> None:
        for n in range(10):
            client = Client(REMOTE_ADDR=f"10.0.0.{n}")
            client.post("/login", {"login": alice.email, "password": "wrong"})
        client = Client(REMOTE_ADDR="10.0.1.1", headers={"host": "localhost"})
        response = client.post("/login", {"login": alice.email.upper(), "password": PASSWORD})
        assert "Too many tries" in response.text
        assert not is_in(client)

    def test_tries_are_counted_by_address_whoever_they_are_for(self, alice: User) -> None:
        client = Client(REMOTE_ADDR="10.0.0.1")
        for n in range(30):
            client.post("/login", {"login": f"{n}@example.org", "password": "wrong"})
        client.post("/login", {"login": alice.email, "password": PASSWORD})
        assert not is_in(client)
        assert is_in(logged_in(alice))


class TestReset:
    def ask(self, email: str, **headers: str) -> Any:
        return Client().post("/login/reset", {"email": email}, headers=headers)

    def test_a_known_and_an_unknown_address_are_answered_alike(self, mailbox: Mailbox, alice: User) -> None:
        answers = []
        for email in ("nobody@example.org", alice.email):
            response = self.ask(email)
            answers.append((response.status_code, response.headers["Location"]))
            (message,) = mailbox.take()
            assert message.to == [email]
        assert answers[0] == answers[1] == (302, "/login/reset/sent")

    def test_the_link_sets_a_new_one_and_logs_in(self, mailbox: Mailbox, alice: User) -> None:
        elsewhere = logged_in(alice)
        self.ask(alice.email)
        link = link_in(mailbox.only())
        client = Client()
        form = client.get(link).headers["Location"]
        assert "set-password" in form
        assert "All your other sessions end" in client.get(form).text
        response = client.post(form, {"password1": NEW, "password2": NEW})
        assert response.headers["Location"] == "/app/"
        assert is_in(client)
        assert not is_in(elsewhere)
        alice.refresh_from_db()
        assert alice.check_password(NEW)
        assert mailbox.only().subject == "Your password was changed"
        assert "no longer works" in Client().get(link).text

    def test_a_link_of_yesterday_is_over(self, mailbox: Mailbox, alice: User) -> None:
        self.ask(alice.email)
        link = link_in(mailbox.only())
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert "no longer works" in Client().get(link).text

    def test_a_host_that_a_client_writes_is_in_no_mail(self, mailbox: Mailbox, alice: User) -> None:
        # Ours by ALLOWED_HOSTS, and still not what links are made of.
        self.ask(alice.email, host="localhost")
        assert "localhost" not in mailbox.only().body
        assert self.ask(alice.email, host="elsewhere.example").status_code == 400

    def test_mails_to_one_address_are_counted(self, mailbox: Mailbox, alice: User) -> None:
        statuses = [
            Client(REMOTE_ADDR=f"10.0.0.{n}").post("/login/reset", {"email": alice.email}).status_code for n in range(6)
        ]
        assert statuses == [302] * 5 + [429]

    def test_it_shows_that_the_address_reaches_them(self, mailbox: Mailbox, db: None) -> None:
        carol = person("carol@example.org", email_verified_at=None)
        self.ask(carol.email)
        client = Client()
        client.post(client.get(link_in(mailbox.only())).headers["Location"], {"password1": NEW, "password2": NEW})
        carol.refresh_from_db()
        assert carol.has_confirmed_address


class TestChange:
    URL = "/app/settings/security/password"

    def test_it_needs_the_one_of_now_and_ends_other_sessions(self, mailbox: Mailbox, alice: User) -> None:
        elsewhere, client = logged_in(alice), logged_in(alice)
        form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
        assert client.post(self.URL, form).status_code == 200
        response = client.post(self.URL, {**form, "oldpassword": PASSWORD}, follow=True)
        assert "Password changed." in response.text
        assert is_in(client)
        assert not is_in(elsewhere)
        message = mailbox.only()
        assert message.subject == "Your password was changed"
        assert "127.0.0.1" in message.body

    def test_who_has_none_sets_one(self, mailbox: Mailbox, alice: User) -> None:
        client = logged_in(alice)
        alice.set_unusable_password()
        alice.save()
        client.force_login(alice)
        assert client.get(self.URL).headers["Location"] == f"{self.URL}/set"
        client.post(f"{self.URL}/set", {"password1": NEW, "password2": NEW})
        alice.refresh_from_db()
        assert alice.check_password(NEW)


class TestAddress:
    URL = "/app/settings/security/email"

    def test_the_new_one_holds_once_it_is_confirmed(self, mailbox: Mailbox, alice: User) -> None:
        client = logged_in(alice)
        add = {"email": "alice@studio.example", "action_add": ""}
        assert client.post(self.URL, add).headers["Location"].startswith("/login/again?next=")
        client.post(f"/login/again?next={self.URL}", {"password": PASSWORD})
        message = mailbox.only()
        assert message.to == ["alice@studio.example"]
        alice.refresh_from_db()
        assert alice.email == "alice@example.org"
        client.post(link_in(message))
        alice.refresh_from_db()
        assert (alice.email, alice.has_confirmed_address) == ("alice@studio.example", True)
        told = mailbox.only()
        assert (told.subject, told.to) == ("Your address was changed", ["alice@example.org"])
