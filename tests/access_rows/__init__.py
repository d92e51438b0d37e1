"""Every address of the project, and what each kind of person gets there. A new address needs a row, in its app's module."""

from __future__ import annotations

from typing import Final

from tests.access_rows import (
    accounts,
    ai_routing,
    analytics,
    billing,
    content,
    content_media,
    content_posts,
    content_voices,
    entrance,
    fans,
    huntaze,
)
from tests.access_rows.row import Row

__all__ = ["MODULES", "ROWS", "Row"]

MODULES: Final = (
    accounts,
    ai_routing,
    analytics,
    billing,
    content,
    content_media,
    content_posts,
    content_voices,
    entrance,
    fans,
    huntaze,
)
ROWS: Final[dict[str, list[Row]]] = {route: rows for module in MODULES for route, rows in module.ROWS.items()}
