"""What fans see."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import EVERYBODY, Row

ROWS: Final[dict[str, list[Row]]] = {
    "@<str:handle>": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
}
