"""Undo, in place of "Are you sure?": a toast that offers to take back what was just done.

The act itself must be reversible: it sets `deleted_at`, say, and `url` is where a POST takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MARK = "undo:"


def offer(request: HttpRequest, text: str | _StrPromise, *, url: str) -> None:
    """Show `text` on the next page, with a button that POSTs to `url`, a path of ours."""
    # The messages framework keeps one string beside the words; it carries the path.
    messages.success(request, str(text), extra_tags=f"{MARK}{url}")


def address(tags: str | None) -> str:
    """Return the path that a message's tags carry; "" when it offers nothing."""
    return (tags or "").partition(MARK)[2]
