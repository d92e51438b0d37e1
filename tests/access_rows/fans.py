"""What fans see."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import EVERYBODY, Row

FANS_OPEN: Final = (200, 200, 403, 403, 403)

ROWS: Final[dict[str, list[Row]]] = {
    "@<str:handle>": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "@<str:handle>/follow": [Row("GET", FANS_OPEN), Row("POST", (422, 302, 403, 403, 403))],
    "@<str:handle>/unfollow": [Row("GET", (302, 405, 405, 405, 405)), Row("POST", (302, 302, 302, 302, 302))],
}
