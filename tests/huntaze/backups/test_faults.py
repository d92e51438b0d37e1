"""What goes wrong: killed in the middle, changed bytes, a wrong key, a wrong bucket, half an upload."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from content.media import storage
from huntaze.backups import bucket, drilling, lease, making, manifest, programs, restoring, rotation, standing, tasks
from huntaze.backups.cipher import Damaged
from huntaze.backups.models import Run
from huntaze.backups.programs import Server
from tests.huntaze.backups.conftest import KEY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
SLOW = """#!/bin/sh
case "$1" in --version) exec {real} --version ;; esac
printf PGDMP
head -c 20000000 /dev/urandom
exec sleep 600
"""


def tables_of(server: Server) -> int:
    with server.connect() as opened:
        row = opened.execute("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def slow_dump(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pg_dump that begins, and never ends."""
    real = Path(settings.POSTGRESQL_PROGRAMS) / "pg_dump"
    (tmp_path / "pg_dump").write_text(SLOW.format(real=real))
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("HUNTAZE_POSTGRESQL_PROGRAMS", str(tmp_path))


def test_a_backup_that_is_killed_leaves_no_backup_and_the_next_one_is_whole(
    alice: User, backup_bucket: str, media_bucket: str, own_url: str, slow_dump: None
) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "backup"], cwd=ROOT, env={**os.environ, "DATABASE_URL": own_url}
    )
    give_up = time.monotonic() + 60
    while not uploads(backup_bucket) and time.monotonic() < give_up:
        assert process.poll() is None
        time.sleep(0.1)
    with pytest.raises(lease.UnderWay):
        making.make(now=timezone.now())
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert manifest.folders() == {}
    with pytest.raises(manifest.NoBackup):
        restoring.chosen("")
    with pytest.raises(lease.UnderWay):
        making.make(now=timezone.now())
    later = timezone.now() + lease.LEASE + timedelta(seconds=30)
    run = making.make(now=later)

    assert manifest.complete() == [run.backup]
    assert list(Run.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "done"]


def uploads(name: str) -> list[Path]:
    """Return the parts of uploads that are under way, where the laptop's store keeps them."""
    folder = Path(os.environ.get("HUNTAZE_DEVSTACK_FOLDER", ROOT / ".devstack")) / "test" / "s3" / "buckets" / name
    assert folder.is_dir()
    return list((folder / "uploads").glob("*/0*"))


def test_a_dump_that_fails_leaves_no_upload_and_is_told_to_operators(
    operator: User, backup_bucket: str, media_bucket: str, tmp_path: Path, settings: Any
) -> None:
    real = Path(settings.POSTGRESQL_PROGRAMS) / "pg_dump"
    script = f'#!/bin/sh\ncase "$1" in --version) exec {real} --version ;; esac\nprintf PGDMP\n'
    (tmp_path / "pg_dump").write_text(
        f"{script}echo 'pg_dump: error: it is full' >&2\necho 'DETAIL: a row' >&2\nexit 1\n"
    )
    (tmp_path / "pg_dump").chmod(0o755)
    settings.POSTGRESQL_PROGRAMS = str(tmp_path)

    tasks.back_up_when_due()

    assert list(bucket.keys("")) == []
    assert uploads(backup_bucket) == []
    (run,) = Run.objects.all()
    assert run.state == Run.State.FAILED
    assert run.report == ["pg_dump ended with 1: pg_dump: error: it is full"]
    (sent,) = mail.outbox
    assert sent.to == [operator.email]
    assert "it is full" in sent.body
    assert "a row" not in sent.body
    # An hour later, not at once.
    assert not standing.is_due(Run.Kind.BACKUP, now=timezone.now())
    assert standing.is_due(Run.Kind.BACKUP, now=timezone.now() + standing.PAUSE)


@pytest.mark.parametrize("what", ["database", "media"])
@pytest.mark.parametrize("how", ["changed", "cut"])
def test_changed_bytes_are_found_before_anything_is_written(
    alice: User, backup_bucket: str, media_bucket: str, empty_database: Server, what: str, how: str
) -> None:
    run = making.make(now=NOW)
    key = f"{manifest.FOLDER}{run.backup}/{what}"
    body = bytearray(b"".join(bucket.read(key)))
    body[-20] ^= 1
    storage.client().put_object(Bucket=backup_bucket, Key=key, Body=bytes(body if how == "changed" else body[:-20]))
    made = restoring.chosen(run.backup)

    with pytest.raises(Damaged):
        restoring.fill(empty_database, made) if what == "database" else restoring.look_at_media(made, brings_back=False)

    assert tables_of(empty_database) == 0


def test_a_changed_manifest_is_refused(alice: User, backup_bucket: str, media_bucket: str) -> None:
    run = making.make(now=NOW)
    key = f"{manifest.FOLDER}{run.backup}/{manifest.FILE}"
    body = b"".join(bucket.read(key))
    storage.client().put_object(
        Bucket=backup_bucket, Key=key, Body=body.replace(b'"postgresql": 18', b'"postgresql": 17')
    )

    with pytest.raises(Damaged, match="not what was written"):
        restoring.chosen(run.backup)


def test_a_missing_object_is_told(alice: User, backup_bucket: str, media_bucket: str, empty_database: Server) -> None:
    run = making.make(now=NOW)
    bucket.delete(f"{manifest.FOLDER}{run.backup}/database")

    with pytest.raises(Damaged, match="missing"):
        restoring.fill(empty_database, restoring.chosen(""))


def test_without_the_key_nothing_is_read_and_an_older_key_still_opens(
    alice: User, backup_bucket: str, media_bucket: str, settings: Any
) -> None:
    run = making.make(now=NOW)
    settings.BACKUP_KEYS = ["n" * 43]
    with pytest.raises(CommandError, match="HUNTAZE_BACKUP_KEYS"):
        call_command("restore_drill")

    settings.BACKUP_KEYS = ["n" * 43, KEY]
    newer = making.make(now=NOW + timedelta(minutes=1))

    said = io.StringIO()
    call_command("restore_drill", run.backup, stdout=said)
    assert "every table the same" in said.getvalue()
    settings.BACKUP_KEYS = ["n" * 43]
    assert drilling.drill(newer.backup, now=NOW).state == Run.State.DONE


def test_a_bucket_that_is_not_there_is_named(backup_bucket: str, settings: Any) -> None:
    settings.BACKUP_BUCKET = "nobody-made-this-bucket"

    for command in ("backup", "restore", "restore_drill"):
        with pytest.raises(CommandError, match="nobody-made-this-bucket is not there"):
            call_command(command)


def test_without_a_bucket_the_variable_is_named_and_nothing_is_due(db: None, settings: Any) -> None:
    settings.BACKUP_BUCKET = ""

    with pytest.raises(CommandError, match="HUNTAZE_BACKUP_BUCKET is missing"):
        call_command("backup")
    tasks.back_up_when_due()
    tasks.drill_when_due()
    assert not Run.objects.exists()


def test_half_an_upload_is_no_backup_and_is_swept_after_a_day(
    alice: User, backup_bucket: str, media_bucket: str
) -> None:
    whole = making.make(now=NOW).backup
    half = manifest.new_name(NOW + timedelta(hours=1))
    bucket.write(f"{manifest.FOLDER}{half}/database", [b"half a dump"])

    assert restoring.chosen("").name == whole
    with pytest.raises(manifest.NoBackup):
        restoring.chosen(half)
    assert rotation.rotate(now=NOW + timedelta(hours=2)) == []
    assert rotation.rotate(now=NOW + timedelta(hours=26)) == [half]
    assert list(manifest.folders()) == [whole]


def test_a_restore_that_fails_in_the_middle_leaves_the_database_empty(
    alice: User, backup_bucket: str, media_bucket: str, empty_database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = restoring.chosen(making.make(now=NOW).backup)
    whole = bucket.checked
    monkeypatch.setattr(making, "verify", lambda *_args, **_options: None)

    def cut(stored: bucket.Stored) -> Any:
        for block in whole(stored):
            yield block[: len(block) // 2]
            raise bucket.Away("The line broke")

    monkeypatch.setattr(bucket, "checked", cut)
    with pytest.raises((bucket.Away, Damaged)):
        restoring.fill(empty_database, made)

    assert tables_of(empty_database) == 0


def test_a_drill_that_differs_fails_is_told_and_leaves_no_database(
    operator: User, backup_bucket: str, media_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.make(now=timezone.now())
    whole = programs.restored

    def loses_a_row(server: Server, *rest: Any) -> None:
        whole(server, *rest)
        with server.connect() as opened:
            opened.execute("DELETE FROM users")

    monkeypatch.setattr(programs, "restored", loses_a_row)
    tasks.drill_when_due()

    run = Run.objects.get(kind=Run.Kind.DRILL)
    assert run.state == Run.State.FAILED
    assert "public.users: 0 rows in place of 1" in run.report
    assert "public.users" in mail.outbox[0].body
    with making.own_server().connect() as opened:
        left = opened.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{making.own_server().name}_drill%"]
        )
        assert left.fetchall() == []


def test_who_lost_the_lease_writes_no_manifest(
    alice: User, backup_bucket: str, media_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.01)
    verify = making.verify

    def overtaken(*args: Any, **options: Any) -> None:
        verify(*args, **options)
        Run.objects.update(state=Run.State.FAILED)
        time.sleep(0.3)

    monkeypatch.setattr(making, "verify", overtaken)
    with pytest.raises(lease.Lost):
        making.make(now=NOW)

    assert manifest.complete() == []


def test_an_old_pg_dump_is_refused(tmp_path: Path, settings: Any, url_of: Callable[[Server], str]) -> None:
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 17.6'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    settings.POSTGRESQL_PROGRAMS = str(tmp_path)

    with pytest.raises(programs.NoPrograms, match="17, older than the server's 18"):
        programs.program("pg_dump", 18)
    with pytest.raises(programs.NoPrograms, match="HUNTAZE_POSTGRESQL_PROGRAMS"):
        programs.program("pg_restore", 18)
