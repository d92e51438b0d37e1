"""What fans see, and what creators see of fans."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, CREATORS_DO, EVERYBODY, OWNER, OWNER_DOES, Row

FANS_OPEN: Final = (200, 200, 403, 403, 403)
PAYMENT: Final = {
    "source": "tip",
    "platform": "fansly",
    "payer": "mia",
    "currency": "usd",
    "gross": "12.50",
    "fee": "2.50",
    "occurred_at": "2026-03-02T09:30",
}

ROWS: Final[dict[str, list[Row]]] = {
    "@<str:handle>": [Row("GET", EVERYBODY), Row("POST", (405,) * 5)],
    "@<str:handle>/follow": [Row("GET", FANS_OPEN), Row("POST", (422, 302, 403, 403, 403))],
    "@<str:handle>/unfollow": [Row("GET", (302, 405, 405, 405, 405)), Row("POST", (302, 302, 302, 302, 302))],
    "app/fans": [Row("GET", CREATORS)],
    "app/fans/new": [Row("GET", CREATORS), Row("POST", CREATORS_DO, {"name": "Mia"})],
    "app/fans/export": [Row("GET", CREATORS)],
    "app/fans/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/fans/<uuid:fan_id>": [Row("GET", OWNER)],
    "app/fans/<uuid:fan_id>/edit": [Row("GET", OWNER), Row("POST", OWNER_DOES, {"name": "Mia"})],
    "app/fans/<uuid:fan_id>/delete": [Row("POST", OWNER_DOES)],
    # Whoever names a fan of somebody else's takes nobody out of a bin.
    "app/fans/<uuid:fan_id>/restore": [Row("POST", CREATORS_DO)],
    "app/fans/<uuid:fan_id>/notes": [Row("POST", OWNER_DOES, {"text": "Likes rain"})],
    "app/fans/notes/<uuid:note_id>/decide": [Row("POST", OWNER_DOES, {"answer": "yes"})],
    "app/fans/notes/<uuid:note_id>/delete": [Row("POST", OWNER_DOES)],
    "app/fans/earnings": [Row("GET", CREATORS)],
    "app/fans/earnings/new": [Row("GET", CREATORS), Row("POST", CREATORS_DO, PAYMENT)],
    "app/fans/earnings/export": [Row("GET", CREATORS)],
    "app/fans/earnings/<uuid:earning_id>/refund": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"gross": "1", "occurred_at": "2026-03-02T09:30"}),
    ],
    "app/fans/earnings/<uuid:earning_id>/remove": [Row("POST", OWNER_DOES)],
    "app/fans/earnings/import": [Row("GET", CREATORS), Row("POST", (302, 403, 422, 422, 403))],
    "app/fans/earnings/import/<uuid:statement_id>": [Row("GET", OWNER), Row("POST", (302, 403, 422, 404, 403))],
    "app/fans/earnings/import/<uuid:statement_id>/take-in": [Row("POST", OWNER_DOES)],
    "app/fans/earnings/import/<uuid:statement_id>/take-back": [Row("POST", OWNER_DOES)],
    "app/fans/earnings/import/<uuid:statement_id>/wrong": [Row("GET", OWNER_DOES)],
}
