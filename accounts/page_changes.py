"""Triggers that write down which public page a change touches, in the transaction of the change.

Whatever changes the row, by whichever way, is seen: a model's `save`, a statement over many rows, an operator's SQL. What
caches in front of us keep of the page is then thrown away (docs/caching.md). A table that a public page reads declares
the columns that it reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pgtrigger

HEARD_AS: Final = "huntaze.page_changed"
"""What PostgreSQL says to the connection whose statement touched a page."""

# A transaction that touches a page a thousand times writes one row; it waits for nobody who touches the same page.
WRITE: Final = """
    INSERT INTO accounts_pagechange (tag, transaction)
    SELECT DISTINCT '@' || handle, pg_current_xact_id()::text::bigint
    FROM ({handles}) AS pages (handle)
    WHERE handle IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_pagechange AS known
        WHERE known.tag = '@' || pages.handle AND known.transaction = pg_current_xact_id()::text::bigint
    );
    IF FOUND THEN
        RAISE NOTICE '{said}';
    END IF;
    RETURN NULL;
"""
ROW: Final = """
    IF TG_OP = 'DELETE' THEN touched := OLD; ELSE touched := NEW; END IF;
    IF TG_OP = 'UPDATE' THEN before := OLD; ELSE before := touched; END IF;
"""


def triggers(columns: Sequence[str], *, creator: str, only: str = "true") -> list[pgtrigger.Trigger]:
    """Return the triggers of a table that a creator's page reads `columns` of.

    `creator` is SQL for the id of the creator whose page it is, and `only` for whether the page can show the row; both
    may name the columns of the row as `touched.…`, and as `before.…` what an update found.
    """
    handles = f"SELECT handle FROM accounts_creatorprofile WHERE user_id = {creator} AND ({only})"  # noqa: S608  # ours
    return _triggers(columns, ROW + WRITE.format(handles=handles, said=HEARD_AS))


def triggers_of_handles(columns: Sequence[str]) -> list[pgtrigger.Trigger]:
    """Return the triggers of the table in which the handles stand: a page that is renamed touches two."""
    return _triggers(columns, WRITE.format(handles="VALUES (OLD.handle), (NEW.handle)", said=HEARD_AS), inserts=False)


def _triggers(columns: Sequence[str], func: str, *, inserts: bool = True) -> list[pgtrigger.Trigger]:
    declare = [("touched", "RECORD"), ("before", "RECORD")]
    come = pgtrigger.Insert | pgtrigger.Delete if inserts else pgtrigger.Delete
    return [
        pgtrigger.Trigger(name="page_row", when=pgtrigger.After, operation=come, declare=declare, func=func),
        pgtrigger.Trigger(
            name="page_columns",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(*columns),
            declare=declare,
            func=func,
        ),
    ]
