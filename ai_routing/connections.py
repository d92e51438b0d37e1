"""Database connections of work that waits: hundreds of greenlets share the few of the pool. And when there is none."""

from __future__ import annotations

from typing import Final

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection

DATABASE_AWAY: Final = (OperationalError, InterfaceError)

# Classes and codes of SQLSTATE: a broken connection, a server that shuts down, crashes or starts, and one that is full.
OUTAGES: Final = ("08", "57P", "53300")


class DatabaseAway(Exception):
    """PostgreSQL cannot be reached, or went away in the middle of a request."""

    def __init__(self) -> None:
        super().__init__(
            "The database is away for a moment. Try again; a request with an Idempotency-Key is not done twice."
        )


def give_back() -> None:
    """Return this greenlet's connection to the pool; the next query takes one again. In a transaction it stays."""
    if not connection.in_atomic_block:
        close_old_connections()


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error of Django's says that the database is away, rather than that it refused a statement."""
    if not isinstance(error, DATABASE_AWAY):
        return False
    cause = error.__cause__
    # Without a code it was this side that noticed: no connection, or none that is left.
    return not isinstance(cause, psycopg.Error) or cause.sqlstate is None or cause.sqlstate.startswith(OUTAGES)
