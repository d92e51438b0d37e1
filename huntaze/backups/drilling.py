"""Restore the newest backup for practice, into a database that is made for it and dropped again, and compare."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from psycopg import sql

from huntaze.backups import bucket, lease, making, restoring
from huntaze.backups.faults import Fault
from huntaze.backups.models import Run
from huntaze.backups.programs import Server

MARK: Final = "_drill_"
LONGEST: Final = 40
SHOWN: Final = 200


class Differs(Fault):
    """What was restored is not what was backed up."""


def drill(name: str, *, now: datetime) -> Run:
    """Restore a backup, the newest for no name; return the run, whose report is empty. Raises Differs and other Faults."""
    bucket.name()
    with lease.held(Run.Kind.DRILL, now=now) as hold:
        made = restoring.chosen(name)
        hold.told |= {"backup": made.name, "size": made.size}
        with fresh_database(administrator()) as server:
            different = restoring.fill(server, made)
        hold.check()
        hold.told |= {"rows": sum(rows for rows, _sum in made.tables.values()), "objects_of_media": made.media.objects}
        if different:
            hold.told["report"] = different[:SHOWN]
            raise Differs(f"{made.name} came back with {len(different)} tables that differ: {'; '.join(different[:5])}")
        hold.told["verified_at"] = timezone.now()
    return hold.run


def administrator() -> Server:
    """Return the same server, as somebody who may make databases."""
    own = making.own_server()
    if not settings.DATABASE_ADMIN_URL:
        return own
    return Server.at(settings.DATABASE_ADMIN_URL).with_name(own.name)


@contextmanager
def fresh_database(server: Server) -> Iterator[Server]:
    """Give an empty database, and drop it in the end, with those that drills have left that died. Raises Fault."""
    prefix = server.name[:LONGEST] + MARK
    name = prefix + secrets.token_hex(4)
    with server.connect() as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]).fetchall()
        for (each,) in left:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(each)))
        # From a template without extensions or rows of ours.
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield server.with_name(name)
    finally:
        with server.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
