"""What in the SQL of a migration stops `make check`, and that a migration does not wait for a lock for ever."""

from __future__ import annotations

import time

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection, models
from django.db.migrations.operations import AddField
from django.db.migrations.state import ProjectState

from tools import migrations


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ('ALTER TABLE "content" DROP COLUMN "body";', "ban-drop-column"),
        ('ALTER TABLE "content" RENAME COLUMN "body" TO "words";', "renaming-column"),
        ('ALTER TABLE "content" RENAME TO "texts";', "renaming-table"),
        ('ALTER TABLE "content" ADD COLUMN "mood" text NOT NULL;', "adding-required-field"),
        ('ALTER TABLE "content" ALTER COLUMN "title" TYPE text;', "changing-column-type"),
        ('CREATE INDEX "slow" ON "content" ("title");', "require-concurrent-index-creation"),
        ('ALTER TABLE "content" ADD CONSTRAINT "c" CHECK (length(body) > 0);', "constraint-missing-not-valid"),
        ('DROP TABLE "content";', "ban-drop-table"),
    ],
)
def test_what_locks_a_table_or_breaks_the_release_before_is_named(statement: str, rule: str) -> None:
    assert any(fault.startswith(f"{rule}: ") for fault in migrations.faults(statement))


@pytest.mark.parametrize(
    "statement",
    [
        'ALTER TABLE "content" ADD COLUMN "mood" varchar(16) NULL;',
        'ALTER TABLE "content" ADD COLUMN "mood" varchar(16) DEFAULT \'\' NOT NULL;',
        'CREATE INDEX CONCURRENTLY "quick" ON "content" ("title");',
        'CREATE TABLE "mood" ("id" bigint PRIMARY KEY, "name" varchar(16) NOT NULL);',
        'ALTER TABLE "content" ADD CONSTRAINT "c" CHECK (length(body) > 0) NOT VALID;',
    ],
)
def test_what_only_adds_passes(statement: str) -> None:
    assert migrations.faults(statement) == []


def test_what_is_listed_is_there() -> None:
    assert migrations.known() <= set(migrations.present())


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_cannot_get_its_lock_gives_up_and_leaves_the_table_free() -> None:
    field = models.CharField(max_length=8, null=True)
    field.set_attributes_from_name("mood")
    before = ProjectState.from_apps(apps)
    operation = AddField("tag", "mood", field)
    after = before.clone()
    operation.state_forwards("content", after)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("10s",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("15s",)
        # The same, without the wait.
        cursor.execute("SET lock_timeout = '300ms'")
    other = settings.DATABASES["default"]
    with psycopg.connect(
        host=other["HOST"] or None,
        port=other["PORT"] or None,
        user=other["USER"] or None,
        dbname=connection.settings_dict["NAME"],
    ) as holder:
        holder.execute("SELECT count(*) FROM content_tag")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"), connection.schema_editor() as editor:
            operation.database_forwards("content", editor, before, after)
        assert time.monotonic() - began < 5
        # Whoever reads meanwhile, or comes after it, is not kept waiting.
        assert holder.execute("SELECT count(*) FROM content_tag").fetchone() == (0,)
    connection.close()
