"""Database connections of work that waits: hundreds of greenlets share the few of the pool."""

from __future__ import annotations

from django.db import close_old_connections, connection


def give_back() -> None:
    """Return this greenlet's connection to the pool; the next query takes one again. In a transaction it stays."""
    if not connection.in_atomic_block:
        close_old_connections()
