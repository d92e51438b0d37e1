"""Bring a backup into an empty database: verified before a byte is written, compared when all of it is there."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from huntaze.backups import bucket, cipher, fingerprints, making, manifest, media, programs
from huntaze.backups.erased import folders_of_media
from huntaze.backups.faults import Fault
from huntaze.backups.manifest import Manifest
from huntaze.backups.programs import Server


class NotEmpty(Fault):
    """There is something in the database."""


class Elsewhere(Fault):
    """The backup was made by another Huntaze."""


class Unfinished(Fault):
    """The rows are there, and a step that follows has failed."""


def refuse_what_is_in_use(server: Server, made: Manifest) -> None:
    """Raise NotEmpty, or Fault for a server that is older than the backup's."""
    with server.connect() as connection:
        tables = connection.execute(fingerprints.TABLES).fetchall()
        major = programs.major_of(connection)
    if tables:
        raise NotEmpty(
            f"The database {server.name} has {len(tables)} tables. Make an empty one and name it by --database-url, or "
            f"empty this one yourself (DROP DATABASE, CREATE DATABASE): restore deletes nothing"
        )
    if major < made.postgresql:
        raise Fault(
            f"The server is PostgreSQL {major}, and the backup was made by {made.postgresql}: take a newer server"
        )


def refuse_another_site(made: Manifest, site: str) -> None:
    """Raise Elsewhere unless the backup was made where it is said to be from."""
    if made.site != site:
        raise Elsewhere(f"{made.name} was made by {made.site}: if that is what you want, say --site {made.site}")


def fill(server: Server, made: Manifest) -> list[str]:
    """Restore the database of a backup, and return what differs from it: nothing, or a line for each table.

    Verifies all of it before it writes. What fails while it writes leaves the database empty. Raises Fault.
    """
    refuse_what_is_in_use(server, made)
    making.verify(made.database, is_dump=True)
    blocks = cipher.opened(bucket.checked(made.database), settings.BACKUP_KEYS)
    with server.connect() as connection:
        major = programs.major_of(connection)
    programs.restored(server, blocks, major)
    with server.connect() as connection:
        return fingerprints.differences(made.tables, fingerprints.take(connection))


def chosen(name: str) -> Manifest:
    """Return the backup of that name, or the newest for none. Raises Fault."""
    return manifest.read(name, settings.BACKUP_KEYS) if name else manifest.newest(settings.BACKUP_KEYS)


def look_at_media(made: Manifest, *, brings_back: bool) -> media.Found:
    """Hold the media bucket against the backup's list. Raises Fault."""
    if brings_back and not media.is_versioned():
        raise media.NotVersioned(
            f"The bucket {settings.AWS_STORAGE_BUCKET_NAME} keeps no old versions: what was deleted from it is gone"
        )
    listed = media.read(cipher.opened(bucket.checked(made.media.stored), settings.BACKUP_KEYS))
    return media.compare(listed, brings_back=brings_back, gone=folders_of_media())


def finish(database_url: str) -> list[str]:
    """Have `finish_restore` do the rest in the database that was filled, and return what it said.

    A process of its own, since this one knows another database. Raises Unfinished.
    """
    environment = os.environ | ({"DATABASE_URL": database_url} if database_url else {})
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "finish_restore"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unfinished(
            f"The rows are there, but `manage.py finish_restore` failed: {''.join(last)[:300]}. Let nobody in yet: mend it, "
            f"and run that command on this database"
        )
    return done.stdout.strip().splitlines()
