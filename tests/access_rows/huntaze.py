"""Public pages, the frame around all pages, and the API's document."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, EVERYBODY, Row

ROWS: Final[dict[str, list[Row]]] = {
    "": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "pricing": [Row("GET", EVERYBODY)],
    "legal/terms": [Row("GET", EVERYBODY)],
    "legal/privacy": [Row("GET", EVERYBODY)],
    "legal/imprint": [Row("GET", EVERYBODY)],
    "status": [Row("GET", EVERYBODY)],
    "robots.txt": [Row("GET", EVERYBODY)],
    "sitemap.xml": [Row("GET", EVERYBODY)],
    "app/find": [Row("GET", CREATORS)],
    "favicon.ico": [Row("GET", (301,) * 5)],
    # Switched on in development only.
    "app/_components": [Row("GET", (302, 403, 404, 404, 403))],
    "api/schema/": [Row("GET", EVERYBODY, public=True)],
    "api/docs/": [Row("GET", EVERYBODY, public=True)],
}
