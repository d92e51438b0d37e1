"""Where public pages tell of visits: nobody is asked who they are, and only our own pages are heard."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import Row

ROWS: Final[dict[str, list[Row]]] = {
    "collect": [Row("GET", (405,) * 5), Row("POST", (403,) * 5)],
}
