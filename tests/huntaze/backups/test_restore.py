"""Backup, wipe, restore: what comes back is what was there, by checksum, and nobody who was erased."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from djstripe.models import Product

from accounts.models import Erasure, User
from accounts.privacy import erasing
from analytics import events
from content.media import storage
from huntaze.backups import erased, fingerprints, making, manifest, restoring
from huntaze.backups.fingerprints import Fingerprints
from huntaze.backups.models import Run
from huntaze.backups.programs import Server
from tests.conftest import person

# A restore ends in a process of its own, which takes its time to start.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def of(server: Server) -> Fingerprints:
    with server.connect() as opened:
        return fingerprints.take(opened)


def restore(*words: str, **options: Any) -> str:
    said = io.StringIO()
    call_command("restore", *words, stdout=said, **options)
    return said.getvalue()


def some_events(user: User, moments: Iterable[datetime]) -> None:
    for moment in moments:
        events.record("variant.accepted", user_id=user.pk, data={"generation_id": 1, "index": 0}, now=moment)


def test_backup_wipe_restore_of_the_demo_data_is_identical_by_checksum(
    backup_bucket: str, media_bucket: str, empty_database: Server, url_of: Callable[[Server], str]
) -> None:
    call_command("seed_demo", stdout=io.StringIO())
    Product.objects.create(id="prod_1", livemode=False, stripe_data={"id": "prod_1", "name": "Pro"})
    before = of(making.own_server())
    run = making.make(now=timezone.now())

    said = restore(database_url=url_of(empty_database))

    after = of(empty_database)
    # The run was under way when its own moment was dumped, and ended since.
    differs = {table for table in before if before[table] != after.get(table)}
    assert before.keys() == after.keys()
    assert differs == {"public.backups_run"}
    assert sum(rows for rows, _ in before.values()) > 200
    assert before["public.users"][0] > 0
    assert before["public.djstripe_product"] == after["public.djstripe_product"]
    assert after["public.djstripe_product"][0] == 1
    assert "the same by number and checksum" in said
    assert "Erased again: 0." in said
    assert run.state == Run.State.DONE
    assert run.verified_at


def test_partitions_of_events_and_their_indexes_come_back(
    alice: User, backup_bucket: str, media_bucket: str, empty_database: Server
) -> None:
    partitions = "SELECT inhrelid::regclass::text FROM pg_inherits ORDER BY 1"
    things = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    triggers = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
    made = making.make(now=timezone.now())

    assert restoring.fill(empty_database, restoring.chosen(made.backup)) == []

    with making.own_server().connect() as mine, empty_database.connect() as other:
        for question in (partitions, things, triggers):
            assert mine.execute(question).fetchall() == other.execute(question).fetchall()
        assert len(mine.execute(partitions).fetchall()) > 3


def test_a_sum_does_not_depend_on_the_order_and_sees_one_changed_letter(alice: User, bob: User) -> None:
    server = making.own_server()
    before = of(server)
    # The row moves to the end of the table.
    User.objects.filter(pk=alice.pk).update(name=alice.name)
    assert of(server) == before

    User.objects.filter(pk=alice.pk).update(name="Alicf")

    assert fingerprints.differences(before, of(server)) == ["public.users: 2 rows, some of them changed"]


def test_a_database_with_tables_is_refused_and_left_alone(alice: User, backup_bucket: str, media_bucket: str) -> None:
    making.make(now=NOW)

    with pytest.raises(CommandError, match=r"has \d+ tables.*restore deletes nothing"):
        restore()

    assert User.objects.filter(pk=alice.pk).exists()


def test_another_sites_backup_is_refused_until_it_is_named(
    alice: User,
    backup_bucket: str,
    media_bucket: str,
    empty_database: Server,
    url_of: Callable[[Server], str],
    settings: Any,
) -> None:
    made_by = settings.BASE_URL
    making.make(now=NOW)
    settings.BASE_URL = "https://staging.example"

    with pytest.raises(CommandError, match="--site"):
        restore(database_url=url_of(empty_database))
    restore(database_url=url_of(empty_database), site=made_by)

    assert of(empty_database)["public.users"][0] == 1


def test_who_was_erased_after_the_backup_is_erased_again(
    alice: User,
    bob: User,
    backup_bucket: str,
    media_bucket: str,
    empty_database: Server,
    url_of: Callable[[Server], str],
) -> None:
    making.make(now=NOW)
    erasing.ask(alice, now=NOW)
    erasing.close_due(now=NOW + erasing.GRACE)
    erasure = Erasure.objects.get()
    assert erasing.run(erasure.pk, now=NOW + erasing.GRACE + erasing.SETTLES)
    assert [one.account for one in erased.all()] == [alice.pk]

    said = restore(database_url=url_of(empty_database))

    assert "Erased again: 1." in said
    with empty_database.connect() as opened:
        assert opened.execute("SELECT email FROM users").fetchall() == [(bob.email,)]
        assert opened.execute("SELECT address, state FROM accounts_erasure").fetchall() == [("", "done")]


def test_somebody_else_with_the_same_number_is_not_erased(alice: User, backup_bucket: str) -> None:
    erased.write_down(User(pk=alice.pk, created_at=NOW))

    assert erased.repeat(now=NOW) == (0, [])
    assert User.objects.filter(pk=alice.pk, is_active=True).exists()


def test_an_account_stays_until_its_erasure_is_written_down(alice: User, backup_bucket: str, settings: Any) -> None:
    erasing.ask(alice, now=NOW)
    erasing.close_due(now=NOW + erasing.GRACE)
    erasure, late = Erasure.objects.get(), NOW + erasing.GRACE + erasing.SETTLES
    settings.BACKUP_BUCKET = "nobody-made-this-bucket"
    assert not erasing.run(erasure.pk, now=late)
    assert User.objects.filter(pk=alice.pk).exists()

    settings.BACKUP_BUCKET = backup_bucket

    assert erasing.run(erasure.pk, now=late)
    assert not User.objects.filter(pk=alice.pk).exists()


# --- Media ------------------------------------------------------------------------------------------------------------


def put(bucket: str, key: str, body: bytes) -> None:
    storage.client().put_object(Bucket=bucket, Key=key, Body=body, ContentType="image/webp")


def test_media_that_was_deleted_or_overwritten_is_told_and_comes_back(backup_bucket: str, media_bucket: str) -> None:
    for number in range(3):
        put(media_bucket, f"media/{number}/a/1/file", b"picture %d" % number)
    put(media_bucket, "media/9/a/1/file", b"of somebody who is erased")
    made = making.make(now=NOW)
    assert made.objects_of_media == 4
    storage.delete(["media/0/a/1/file", "media/9/a/1/file"])
    put(media_bucket, "media/1/a/1/file", b"another picture")
    put(media_bucket, "media/7/new", b"made since")
    erased.write_down(User(pk=9, created_at=NOW))

    found = restoring.look_at_media(restoring.chosen(""), brings_back=False)
    assert (found.same, found.missing, found.changed, found.brought_back) == (1, 1, 1, 0)
    assert found.examples == ["media/0/a/1/file", "media/1/a/1/file"]
    said = io.StringIO()
    call_command("restore_media", stdout=said)

    assert "2 brought back, 0 that S3 has no more" in said.getvalue()
    assert [storage.bytes_of(f"media/{number}/a/1/file") for number in range(3)] == [
        b"picture 0",
        b"picture 1",
        b"picture 2",
    ]
    assert storage.sizes("media/").keys() == {
        f"media/{name}" for name in ("0/a/1/file", "1/a/1/file", "2/a/1/file", "7/new")
    }


def test_a_bucket_without_versions_says_that_nothing_comes_back(backup_bucket: str, settings: Any) -> None:
    storage.client().create_bucket(Bucket=f"plain-{backup_bucket}")
    settings.AWS_STORAGE_BUCKET_NAME = f"plain-{backup_bucket}"
    put(settings.AWS_STORAGE_BUCKET_NAME, "media/1/a", b"picture")
    making.make(now=NOW)
    storage.delete(["media/1/a"])

    assert restoring.look_at_media(restoring.chosen(""), brings_back=False).missing == 1
    with pytest.raises(CommandError, match="keeps no old versions"):
        call_command("restore_media")


def test_people_are_as_they_were_by_the_api_of_the_manifest(alice: User, backup_bucket: str, media_bucket: str) -> None:
    person("dora@example.org")
    run = making.make(now=NOW)
    told = manifest.read(run.backup, [("k" * 43)])

    assert told.tables["public.users"][0] == 2
    assert run.rows == sum(rows for rows, _ in told.tables.values())
    assert connection.settings_dict["NAME"] not in told.site
