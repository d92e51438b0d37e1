"""Tables whose rows the database refuses to change or delete, and the one door through which a person leaves them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pgtrigger
from django.db import connection, transaction

SETTING: Final = "huntaze.erasing"


def trigger(*, forgets: Sequence[str] = (), is_deletable: bool = False) -> pgtrigger.Trigger:
    """Return the trigger of such a table.

    Behind the door, and nowhere else, the columns that `forgets` names may become null and nothing else of the row may
    change; with `is_deletable`, it may be deleted.
    """
    cases = ""
    if forgets:
        names = ", ".join(f"'{name}'" for name in forgets)
        gone = " AND ".join(f"NEW.{name} IS NULL" for name in forgets)
        cases += f"""
            IF TG_OP = 'UPDATE' AND {gone}
                AND to_jsonb(NEW) - ARRAY[{names}] = to_jsonb(OLD) - ARRAY[{names}] THEN RETURN NEW;
            END IF;"""
    if is_deletable:
        cases += """
            IF TG_OP = 'DELETE' THEN RETURN OLD;
            END IF;"""
    if cases:
        cases = f"""
        IF current_setting('{SETTING}', true) = 'on' THEN{cases}
        END IF;
        """
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"{cases}RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
    )


@contextmanager
def opened() -> Iterator[None]:
    """Open the door for the length of a transaction of its own. Only the owner of a table goes through, to forget a person."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [SETTING])
        yield
        cursor.execute("SELECT set_config(%s, 'off', true)", [SETTING])
