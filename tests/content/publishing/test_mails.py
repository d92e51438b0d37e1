"""Reminders by mail, through a real SMTP conversation: sent once, late when the server was down, never lost in the app."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from accounts.models import CreatorProfile, Notification, User
from content import tasks
from content.models import Content, Publication
from content.publishing import by_hand, mails, worker
from tests.content import states
from tests.content.publishing.conftest import DUE, store
from tests.fakes.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db

Scheduled = Callable[..., Publication]


@pytest.fixture
def server(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = running.port
        settings.BASE_URL = "https://huntaze.example"
        yield running


@pytest.fixture
def down() -> int:
    """A port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def reminded(scheduled: Scheduled, **fields: Any) -> Publication:
    row = scheduled("onlyfans", **fields)
    with time_machine.travel(DUE, tick=False):
        worker.publish(row.pk)
    return Publication.objects.get(pk=row.pk)


def mail_at(minutes: float) -> None:
    with time_machine.travel(DUE + timedelta(minutes=minutes), tick=False):
        tasks.mail_reminders()


def test_the_mail_has_the_way_to_the_page_and_the_words(scheduled: Scheduled, server: SmtpServer) -> None:
    row = reminded(scheduled)
    mail_at(0)

    (mail,) = server.messages
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert (mail["To"], mail["Subject"]) == ("alice@example.org", "Time to post on OnlyFans: Post 0")
    assert mail["Message-ID"] == f"<reminder-{row.pk}-1@huntaze.example>"
    for part in (plain, html):
        assert f"https://huntaze.example/app/publications/{row.pk}" in part
        assert "Il pleut sur Lyon" in part
        assert "2 March 2027, 09:00" in part
    assert Publication.objects.get().mailed_at == DUE


def test_the_mail_is_in_the_creators_language_and_on_their_clock(
    scheduled: Scheduled, server: SmtpServer, alice: User
) -> None:
    User.objects.update(locale="fr", time_zone="Europe/Paris")
    reminded(scheduled)
    mail_at(0)

    (mail,) = server.messages
    assert "C’est l’heure de publier sur OnlyFans" in mail["Subject"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "2 mars 2027, 10:00" in plain.get_content()


def test_a_title_of_several_lines_makes_no_second_header(scheduled: Scheduled, server: SmtpServer, alice: User) -> None:
    content = states.post(alice, title="", body="One\nBcc: x@example.org\n\nTwo")
    reminded(scheduled, content=content)
    mail_at(0)

    (mail,) = server.messages
    assert mail["Bcc"] is None
    assert "Bcc: x@example.org" in mail["Subject"]


def test_a_mail_server_that_is_down_delays_the_mail_and_nothing_else(
    scheduled: Scheduled, server: SmtpServer, down: int, settings: Any
) -> None:
    settings.EMAIL_PORT = down
    row = reminded(scheduled)
    assert Notification.objects.get().kind == "publication-due"
    mail_at(0)
    mail_at(1)
    assert (server.messages, Publication.objects.get().state, row.mailed_at) == ([], "reminded", None)

    settings.EMAIL_PORT = server.port
    mail_at(4)
    mail_at(5)

    assert len(server.messages) == 1
    assert Publication.objects.get().mailed_at == DUE + timedelta(minutes=4)
    assert Notification.objects.count() == 1


def test_after_an_hour_a_mail_would_remind_nobody(scheduled: Scheduled, server: SmtpServer) -> None:
    reminded(scheduled)
    mail_at(61)

    assert server.messages == []


def test_one_address_that_is_refused_keeps_nobody_from_their_mail(
    scheduled: Scheduled, server: SmtpServer, bob: User
) -> None:
    server.refused = {"alice@example.org"}
    reminded(scheduled)
    other = store(bob, "x", state="reminded", reminded_at=DUE, claim=1)
    mail_at(0)

    assert [mail["To"] for mail in server.messages] == ["bob@example.org"]
    server.refused = set()
    mail_at(1)
    assert [mail["To"] for mail in server.messages] == ["bob@example.org", "alice@example.org"]
    assert Publication.objects.get(pk=other.pk).mailed_at == DUE


@pytest.mark.django_db(transaction=True)
def test_workers_that_mail_at_once_send_one_mail(scheduled: Scheduled, server: SmtpServer) -> None:
    reminded(scheduled)
    together = threading.Barrier(5)

    def race() -> None:
        try:
            together.wait()
            mails.send_pending(now=DUE)
        finally:
            connection.close()

    with time_machine.travel(DUE, tick=False):
        threads = [threading.Thread(target=race) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(server.messages) == 1


def test_who_died_while_mailing_is_followed_by_the_same_mail_again(
    scheduled: Scheduled, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminded(scheduled)

    class Killed(BaseException):
        pass

    with monkeypatch.context() as patch:
        patch.setattr(mails, "message", lambda *_arguments: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            mail_at(0)
    mail_at(1)
    assert server.messages == []
    mail_at(2)

    assert len(server.messages) == 1


@pytest.mark.parametrize("why", ["unwanted", "unconfirmed", "binned", "left", "marked"])
def test_some_reminders_are_not_mailed(scheduled: Scheduled, server: SmtpServer, why: str) -> None:
    reminded(scheduled)
    match why:
        case "unwanted":
            CreatorProfile.objects.update(mail_reminders=False)
        case "unconfirmed":
            User.objects.update(email_verified_at=None)
        case "binned":
            Content.objects.update(deleted_at=DUE)
        case "left":
            User.objects.update(is_active=False)
        case "marked":
            Publication.objects.update(state="published", published_at=DUE)
    mail_at(0)

    assert server.messages == []


def test_a_snoozed_reminder_is_mailed_again(scheduled: Scheduled, server: SmtpServer) -> None:
    row = reminded(scheduled)
    mail_at(0)
    by_hand.snooze(row, 15, now=DUE + timedelta(minutes=1))
    with time_machine.travel(DUE + timedelta(minutes=16), tick=False):
        worker.publish(row.pk)
    mail_at(16)

    assert len({mail["Message-ID"] for mail in server.messages}) == 2
