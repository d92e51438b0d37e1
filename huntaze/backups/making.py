"""Make a backup: dump, encrypt, upload, read back, and only then say that it is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from huntaze.backups import bucket, cipher, fingerprints, lease, manifest, media, programs, rotation
from huntaze.backups.bucket import Stored
from huntaze.backups.cipher import Damaged
from huntaze.backups.lease import Hold
from huntaze.backups.manifest import Manifest, Media
from huntaze.backups.models import Run
from huntaze.backups.programs import Server

logger = logging.getLogger(__name__)

DUMP: Final = b"PGDMP"
"""With this begins every dump in the custom format."""


def make(*, now: datetime) -> Run:
    """Back up the database and the list of media; return the run. Raises Fault."""
    bucket.name()
    with lease.held(Run.Kind.BACKUP, now=now) as hold:
        name, key = manifest.new_name(now), settings.BACKUP_KEYS[0]
        hold.told["backup"] = name
        made = _uploaded(name, key, hold, now)
        for stored in (made.database, made.media.stored):
            verify(stored, is_dump=stored is made.database)
        hold.check()
        manifest.write(made, key)
        hold.told |= {
            "verified_at": timezone.now(),
            "size": made.size,
            "rows": sum(rows for rows, _sum in made.tables.values()),
            "objects_of_media": made.media.objects,
        }
    gone = rotation.rotate(now=now)
    logger.info("Backed up as %s, %d bytes; %d older ones were deleted", name, made.size, len(gone))
    return hold.run


def own_server() -> Server:
    """Return the database of this process."""
    return Server.of(connection.settings_dict)


def verify(stored: Stored, *, is_dump: bool) -> None:
    """Read an object back, whole, and decrypt it. Raises Damaged, WrongKey and other Faults."""
    blocks = cipher.opened(bucket.checked(stored), settings.BACKUP_KEYS)
    first = next(blocks, b"")
    if is_dump and not first.startswith(DUMP):
        raise Damaged(f"{stored.key} is no dump of PostgreSQL")
    for _ in blocks:
        pass


def _uploaded(name: str, key: str, hold: Hold, now: datetime) -> Manifest:
    folder, server = f"{manifest.FOLDER}{name}", own_server()
    with fingerprints.snapshot(server) as (snapshot, snapshot_name):
        major = programs.major_of(snapshot)
        expected = snapshot.execute("SELECT pg_database_size(current_database())").fetchone()
        tables = fingerprints.take(snapshot)
        hold.check()
        dump = programs.dumped(server, snapshot_name, major)
        database = bucket.write(f"{folder}/database", _sealed(dump, key, hold), expected=expected[0] if expected else 0)
    count = media.Count()
    listed = bucket.write(f"{folder}/media", _sealed(media.written(media.items(), count), key, hold))
    return Manifest(
        name=name,
        made_at=now,
        site=settings.BASE_URL,
        postgresql=major,
        database=database,
        tables=tables,
        media=Media(listed, count.objects, count.size, media.is_versioned()),
    )


def _sealed(blocks: Iterator[bytes], key: str, hold: Hold) -> Iterator[bytes]:
    return cipher.sealed(hold.through(blocks), key)
