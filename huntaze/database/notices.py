"""What PostgreSQL says beside its answers, and who hears it. A trigger speaks by `RAISE NOTICE`."""

from __future__ import annotations

from collections.abc import Callable

from psycopg.errors import Diagnostic

HEARERS: dict[str, Callable[[], None]] = {}
"""By what is said, word for word. A hearer is called within the statement, and may not use its connection."""


def heard(said: Diagnostic) -> None:
    """Call whoever hears this."""
    hearer = HEARERS.get(said.message_primary or "")
    if hearer is not None:
        hearer()
