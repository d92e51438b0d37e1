"""What is left of a plan."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import Row

ROWS: Final[dict[str, list[Row]]] = {
    "api/usage/": [Row("GET", (401, 200, 200, 200, 200))],
}
