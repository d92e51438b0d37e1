"""When a backup is due, and what alarms hear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from huntaze.backups import standing
from huntaze.backups.checks import backups_have_a_place
from huntaze.backups.models import Run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KIND, STATE = Run.Kind, Run.State


def ran(kind: Run.Kind, state: Run.State, ago: timedelta, **fields: Any) -> Run:
    began = NOW - ago
    return Run.objects.create(
        kind=kind, state=state, began_at=began, ended_at=began + timedelta(seconds=41), lease_expires_at=began, **fields
    )


def due(kind: Run.Kind) -> bool:
    return standing.is_due(kind, now=NOW)


def test_a_backup_is_due_a_day_after_the_last_good_one() -> None:
    assert due(KIND.BACKUP)
    ran(KIND.BACKUP, STATE.DONE, timedelta(hours=23))
    assert not due(KIND.BACKUP)
    Run.objects.update(began_at=NOW - timedelta(hours=24))
    assert due(KIND.BACKUP)


def test_after_a_failure_it_waits_an_hour() -> None:
    ran(KIND.BACKUP, STATE.FAILED, timedelta(minutes=59))
    assert not due(KIND.BACKUP)
    Run.objects.update(began_at=NOW - timedelta(hours=1))
    assert due(KIND.BACKUP)


def test_a_drill_is_due_a_week_after_the_last_and_never_without_a_backup() -> None:
    assert not due(KIND.DRILL)
    ran(KIND.BACKUP, STATE.DONE, timedelta(hours=1))
    assert due(KIND.DRILL)
    ran(KIND.DRILL, STATE.DONE, timedelta(days=6))
    assert not due(KIND.DRILL)


def test_the_ages_are_a_line_each_and_nothing_before_the_first(caplog: pytest.LogCaptureFixture) -> None:
    standing.tell(now=NOW)
    assert caplog.messages == []
    ran(KIND.BACKUP, STATE.DONE, timedelta(hours=2))
    ran(KIND.BACKUP, STATE.FAILED, timedelta(hours=1))
    ran(KIND.DRILL, STATE.DONE, timedelta(days=3))

    standing.tell(now=NOW)

    assert caplog.messages == ["backup 7200", "drill 259200"]
    assert [(vars(record)["what"], vars(record)["seconds"]) for record in caplog.records] == [
        ("backup", 7200),
        ("drill", 259200),
    ]
    assert {record.name for record in caplog.records} == {"huntaze.backups.standing"}


def test_production_without_a_bucket_is_told(settings: Any) -> None:
    assert backups_have_a_place() == []
    settings.BACKUP_BUCKET = ""
    assert [one.id for one in backups_have_a_place()] == ["backups.W001"]


def test_operators_see_when_the_last_good_one_was_how_large_and_how_long(client: Client, operator: User) -> None:
    ran(
        KIND.BACKUP,
        STATE.DONE,
        timedelta(hours=2),
        size=3 << 20,
        rows=1234,
        verified_at=NOW,
        backup="20261128T100000Z-0a1b2c3d",
    )
    failed = ran(KIND.DRILL, STATE.FAILED, timedelta(hours=1), report=["public.users: 0 rows in place of <1>"])
    client.force_login(operator)

    page = client.get("/admin/backups/run/").content.decode()
    for text in ("20261128T100000Z-0a1b2c3d", "3.0\xa0MB", ">41<", "1234"):
        assert text in page, text
    one = client.get(f"/admin/backups/run/{failed.pk}/change/").content.decode()
    assert "0 rows in place of &lt;1&gt;" in one
