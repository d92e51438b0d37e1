"""Where the rows behind references can be seen."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.urls import reverse

ROWS: Final = {"post": "content:post-detail", "plan": "content:post-detail"}
"""Kinds of references whose rows have a page each, by the name of that page, which takes the row's id."""

PAGES: Final = {"account": "accounts:settings"}
"""Kinds that share one page."""


def of(ref: str) -> str | None:
    """Return the path of the page that shows what `ref` names; None when there is none."""
    kind, _, name = ref.partition(":")
    if kind in PAGES:
        return reverse(PAGES[kind])
    if kind not in ROWS:
        return None
    try:
        return reverse(ROWS[kind], args=[UUID(name)])
    except ValueError:
        return None
