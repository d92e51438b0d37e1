"""The media library."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, CREATORS_DO, OWNER, OWNER_DOES, Row

ROWS: Final[dict[str, list[Row]]] = {
    "app/media": [Row("GET", CREATORS)],
    "app/media/tiles": [Row("GET", CREATORS)],
    "app/media/picker": [Row("GET", CREATORS)],
    "app/media/uploads": [Row("POST", (302, 403, 400, 400, 403))],
    "app/media/uploads/<uuid:asset_id>": [Row("GET", OWNER)],
    "app/media/uploads/<uuid:asset_id>/finish": [Row("POST", (302, 403, 409, 404, 403))],
    "app/media/uploads/<uuid:asset_id>/discard": [Row("POST", (302, 403, 204, 404, 403))],
    "app/media/bulk": [Row("POST", CREATORS_DO)],
    "app/media/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/media/bin/empty": [Row("POST", CREATORS_DO)],
    "app/media/blur": [Row("POST", CREATORS_DO, {"on": "yes"})],
    "app/media/folders": [Row("POST", CREATORS_DO, {"name": "Summer"})],
    "app/media/folders/<uuid:folder_id>": [Row("POST", OWNER_DOES, {"name": "Summer"})],
    "app/media/folders/<uuid:folder_id>/delete": [Row("POST", OWNER_DOES)],
    "app/media/<uuid:asset_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Beach"}),
        Row("POST", (302, 403, 422, 404, 403), {"name": ""}),
    ],
    "app/media/<uuid:asset_id>/delete": [Row("POST", OWNER_DOES)],
    "app/media/<uuid:asset_id>/describe": [Row("POST", (302, 403, 409, 404, 403))],
    # What is not there yet is nobody's to save.
    "app/media/<uuid:asset_id>/download/<slug:shape>": [Row("GET", (302, 403, 404, 404, 403))],
}
