"""A copy survives its worker, is bounded in memory, and is gone after a week."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import DataExport, Notification, User
from accounts.privacy import archive, exporting, holding, retention
from content.media import storage
from content.models import Content

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(alice: User) -> DataExport:
    return exporting.ask(alice, now=timezone.now())


def objects_of(export: DataExport) -> list[str]:
    return list(storage.sizes(f"files/exports/{export.pk}"))


class Killed(BaseException):
    """As `kill -9` does: nothing after it runs."""


def test_what_a_killed_worker_left_is_taken_up_by_the_next(asked: DataExport, monkeypatch: Any) -> None:
    now = timezone.now()
    finish = exporting.finish

    def killed(_hold: Any) -> None:
        raise Killed

    monkeypatch.setattr(exporting, "finish", killed)
    with pytest.raises(Killed):
        exporting.prepare(asked.pk, now=now)
    monkeypatch.setattr(exporting, "finish", finish)
    # The whole file lies there, and nobody knows of it; the lease is still held.
    assert len(objects_of(asked)) == 1
    assert not exporting.prepare(asked.pk, now=now + timedelta(minutes=1))
    assert exporting.waiting(now=now + timedelta(minutes=1)) == []

    later = now + holding.LEASE + timedelta(seconds=1)
    assert exporting.waiting(now=later) == [asked.pk]
    assert exporting.prepare(asked.pk, now=later)

    asked.refresh_from_db()
    assert objects_of(asked) == [f"files/{asked.file}"]
    assert asked.claim == 2


def test_a_worker_that_lost_its_lease_stores_nothing(asked: DataExport, monkeypatch: Any) -> None:
    write = archive.write

    def overtaken(*arguments: Any, **more: Any) -> Any:
        done = write(*arguments, **more)
        DataExport.objects.filter(pk=asked.pk).update(claim=7)
        return done

    monkeypatch.setattr(archive, "write", overtaken)

    assert not exporting.prepare(asked.pk, now=timezone.now())

    asked.refresh_from_db()
    assert asked.state == DataExport.State.PREPARING
    assert objects_of(asked) == []


def test_what_fails_again_and_again_is_given_up(asked: DataExport, alice: User, monkeypatch: Any) -> None:
    def broken(*_arguments: Any, **_more: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(archive, "write", broken)
    for _try in range(exporting.MOST_CLAIMS):
        with pytest.raises(RuntimeError):
            exporting.prepare(asked.pk, now=timezone.now())

    assert not exporting.prepare(asked.pk, now=timezone.now())

    asked.refresh_from_db()
    assert asked.state == DataExport.State.FAILED
    exporting.ask(alice, now=timezone.now())
    assert DataExport.objects.count() == 2


def test_a_lost_message_is_made_up_for(asked: DataExport) -> None:
    assert exporting.waiting(now=asked.created_at) == []
    assert exporting.waiting(now=asked.created_at + exporting.PATIENCE) == [asked.pk]


def test_one_is_told_of_once(asked: DataExport, alice: User) -> None:
    exporting.prepare(asked.pk, now=timezone.now())

    assert exporting.mail_ready(now=timezone.now()) == 1
    assert exporting.mail_ready(now=timezone.now()) == 0
    assert not exporting.prepare(asked.pk, now=timezone.now())

    assert len(mail.outbox) == 1
    assert Notification.objects.filter(user=alice, kind="export-ready").count() == 1


def test_a_mail_that_cannot_be_sent_is_sent_later(asked: DataExport, monkeypatch: Any, settings: Any) -> None:
    exporting.prepare(asked.pk, now=timezone.now())
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert exporting.mail_ready(now=timezone.now()) == 0

    settings.EMAIL_BACKEND = working
    assert exporting.mail_ready(now=timezone.now()) == 1


def test_after_a_week_the_file_goes_by_night(asked: DataExport, alice: User) -> None:
    exporting.prepare(asked.pk, now=timezone.now())
    asked.refresh_from_db()
    assert asked.ready_at is not None

    retention.apply(now=asked.ready_at + timedelta(days=6))
    assert len(objects_of(asked)) == 1
    with pytest.raises(exporting.NotThere):
        exporting.address(alice, asked.pk, now=asked.ready_at + timedelta(days=7))
    retention.apply(now=asked.ready_at + timedelta(days=7))

    asked.refresh_from_db()
    assert (asked.state, asked.file) == (DataExport.State.EXPIRED, "")
    assert objects_of(asked) == []


def test_it_is_in_the_persons_language_and_time(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(locale="fr", time_zone="Europe/Paris")
    alice.refresh_from_db()
    export = exporting.ask(alice, now=timezone.now())
    exporting.prepare(export.pk, now=timezone.now())
    export.refresh_from_db()

    with default_storage.open(export.file) as file:
        found = zipfile.ZipFile(io.BytesIO(file.read()))

    assert "Ce que Huntaze conserve sur vous" in found.read("index.html").decode()
    assert '<html lang="fr">' in found.read("pages/accounts/User.html").decode()
    assert json.loads(found.read("data/accounts/User.json"))["legal_basis"] == "Le contrat avec vous"


def test_what_people_wrote_is_text_on_the_pages(alice: User) -> None:
    now = timezone.now()
    Content.objects.create(user=alice, title="<script>alert(1)</script>", body="a\nb", created_at=now, updated_at=now)
    sink = io.BytesIO()

    archive.write(sink, alice, now=now, beat=lambda: None)

    page = zipfile.ZipFile(sink).read("pages/content/Content.html").decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


class Nowhere:
    """Takes bytes and keeps none."""

    def write(self, data: bytes) -> int:
        return len(data)


@pytest.mark.timeout(180)
def test_memory_does_not_grow_with_the_account(alice: User) -> None:
    def peak() -> int:
        tracemalloc.start()
        archive.write(Nowhere(), alice, now=timezone.now(), beat=lambda: None)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    def more(count: int) -> None:
        now = timezone.now()
        body = "Rain on the skylight. " * 400
        Content.objects.bulk_create(
            Content(user=alice, body=body, created_at=now, updated_at=now) for _ in range(count)
        )

    more(300)
    peak()  # what is loaded once
    few = peak()
    more(900)

    assert peak() < few * 1.3
