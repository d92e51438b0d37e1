"""Operators begin copies and leavings for people who ask by mail, follow them, and change periods within the law."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, DataExport, Erasure, RetentionPeriod, User
from tests.huntaze.test_admin import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def test_an_operator_begins_a_copy_which_the_person_gets(
    admin_client: Client,
    alice: User,
    operator: User,
    eager_workers: None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(address(DataExport, "add"), {"user": alice.pk})

    export = DataExport.objects.get()
    assert response.status_code == 302
    assert (export.user, export.asked_by, export.state) == (alice, operator, DataExport.State.READY)
    assert mail.outbox[-1].to == [alice.email]
    entry = AuditEntry.objects.get(user=alice, kind="export_requested")
    assert entry.actor == operator
    page = admin_client.get(address(DataExport, "change", export.pk)).text
    assert "Ready" in page
    assert export.file not in page


def test_an_operator_begins_a_leaving_and_takes_it_back(
    admin_client: Client, alice: User, operator: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(address(Erasure, "add"), {"user": alice.pk})

    erasure = Erasure.objects.get()
    alice.refresh_from_db()
    assert (erasure.user, erasure.asked_by) == (alice, operator)
    assert alice.leaves_at == erasure.due_at
    assert mail.outbox[-1].to == [alice.email]
    again = admin_client.post(address(Erasure, "add"), {"user": alice.pk})
    assert "One is under way for this person." in again.text
    admin_client.post(address(Erasure, "changelist"), {"action": "keep", "_selected_action": [str(erasure.pk)]})
    erasure.refresh_from_db()
    assert erasure.state == Erasure.State.KEPT


def test_the_report_is_shown_as_words(admin_client: Client, db: None) -> None:
    erasure = Erasure.objects.create(
        state="done",
        created_at="2026-11-01T00:00Z",
        due_at="2026-11-15T00:00Z",
        done_at="2026-11-15T00:00Z",
        report={"content.Content": {"deleted": 12}, "gone.Table": {"anonymised": 3}},
    )

    page = admin_client.get(address(Erasure, "change", erasure.pk)).text

    assert "Contents: 12 / 0 / 0" in page
    assert "gone.Table: 0 / 3 / 0" in page


def test_a_period_is_changed_within_its_bounds(admin_client: Client) -> None:
    page = admin_client.get(address(RetentionPeriod, "changelist")).text
    assert "Receipts of erasures" in page
    url = address(RetentionPeriod, "change", "notifications")

    assert "From 30 to 365 days." in admin_client.post(url, {"days": "7"}).text
    assert RetentionPeriod.objects.get(pk="notifications").days == 90
    assert admin_client.post(url, {"days": "60"}).status_code == 302

    assert RetentionPeriod.objects.get(pk="notifications").days == 60
    assert AuditEntry.objects.filter(kind="admin_edit").count() == 1


def test_a_period_that_is_promised_is_not_changed(admin_client: Client) -> None:
    admin_client.get(address(RetentionPeriod, "changelist"))

    assert admin_client.post(address(RetentionPeriod, "change", "posts"), {"days": "7"}).status_code == 403
    assert RetentionPeriod.objects.get(pk="posts").days == 30
