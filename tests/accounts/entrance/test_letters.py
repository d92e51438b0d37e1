"""Mails about getting in: every one in two languages and two kinds, through the queue, and through a real mail server."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from accounts import outbox, sealing, tasks
from accounts.entrance import letters
from accounts.models import User
from tests.fakes.smtp_server import SmtpServer

CONTEXT = {
    "activate_url": "http://elsewhere.example/login/confirm/a:b",
    "password_reset_url": "http://elsewhere.example/login/reset/1-a",
    "sign_in_url": "/login/link/a",
    "ip": "127.0.0.1",
    "user_agent": "Browser/1 <b>",
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", letters.LETTERS)
def test_each_says_the_same_in_both_kinds_and_leads_to_us(name: str, language: str) -> None:
    with translation.override(language):
        letter = letters.LETTERS[name]
        message = letters.compose(letter, "alice@example.org", {**CONTEXT, "timestamp": timezone.now()})
        html = str(message.alternatives[0][0])
        for words in letter.words:
            assert str(words) in message.body
        assert str(letter.button) in message.body
        assert "elsewhere.example" not in message.body + html
        if letter.is_notice:
            assert "127.0.0.1" in message.body
            assert "Browser/1 &lt;b&gt;" in html
    with translation.override("en"):
        assert (str(letter.subject) == message.subject) is (language == "en")


def test_in_the_queue_nobody_can_read_it() -> None:
    message = letters.compose(letters.LETTERS["accounts/email/sign_in_link"], "alice@example.org", CONTEXT)
    sealed = outbox.sealed(message)
    assert "alice" not in sealed
    assert "login" not in sealed
    opened = outbox.opened(sealed)
    assert (opened.subject, opened.body, opened.to) == (message.subject, message.body, message.to)
    assert opened.alternatives[0][0] == message.alternatives[0][0]
    with pytest.raises(sealing.Unreadable):
        outbox.opened(sealed[:-4] + "AAAA")


def test_without_a_queue_it_is_sent_at_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.deliver, "delay", away)
    Client().post("/login/link", {"email": alice.email})
    assert mail.outbox[0].to == [alice.email]


def test_with_neither_queue_nor_server_the_page_says_the_same(
    alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.deliver, "delay", away)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = Client().post("/login/link", {"email": alice.email})
    assert response.headers["Location"] == "/login/link/sent"


def test_a_real_server_gets_it_whole(alice: User, settings: Any, eager_workers: None) -> None:
    with SmtpServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        User.objects.update(locale="fr")
        Client().post("/login/link", {"email": alice.email})
        (message,) = server.messages
    assert message["Subject"] == "Votre lien de connexion"
    assert message["To"] == alice.email
    body = message.get_body(("plain",))
    assert body is not None
    assert f"{settings.BASE_URL}/login/link/" in body.get_content()
