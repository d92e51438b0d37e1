"""Voices and moderation."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import API_OWNER, CREATORS, CREATORS_DO, OWNER, OWNER_DOES, Row

ROWS: Final[dict[str, list[Row]]] = {
    "app/voice": [Row("GET", CREATORS)],
    "app/voice/new": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"samples": "Rain on the roof tonight, and a new set at nine."}),
        Row("POST", (302, 403, 422, 422, 403), {"samples": "x"}),
    ],
    "app/voice/<uuid:voice_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Night", "language": "en", "sentence_length": "short"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/voice/<uuid:voice_id>/delete": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/restore": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/default": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/learning": [Row("POST", OWNER_DOES, {"learns": "on"})],
    "app/voice/<uuid:voice_id>/revert": [
        Row("POST", OWNER_DOES, {"number": "1"}),
        Row("POST", (302, 403, 404, 404, 403), {"number": "7"}),
    ],
    "app/voice/<uuid:voice_id>/samples": [Row("POST", OWNER_DOES, {"samples": "Rain on the roof tonight."})],
    "app/voice/samples/<uuid:sample_id>/take-back": [Row("POST", OWNER_DOES)],
    "app/voice/samples/<uuid:sample_id>/put-back": [Row("POST", OWNER_DOES)],
    "app/voice/learn/<uuid:content_id>": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/reading": [Row("POST", OWNER_DOES)],
    "app/voice/<uuid:voice_id>/reading/answer": [Row("POST", OWNER_DOES, {"take": "tone"})],
    "app/voice/<uuid:voice_id>/try": [Row("POST", OWNER_DOES, {"prompt": "Rain", "platform": "x"})],
    # The generation of the fixture compares nothing.
    "app/voice/<uuid:voice_id>/try/<uuid:generation_id>": [Row("GET", (302, 403, 404, 404, 403))],
    "app/voice/<uuid:voice_id>/try/<uuid:generation_id>/stop": [Row("POST", (302, 403, 404, 404, 403))],
    "app/review/<uuid:content_id>": [Row("GET", OWNER)],
    "app/review/<uuid:content_id>/acknowledge": [Row("POST", OWNER_DOES)],
    "app/review/<uuid:content_id>/appeal": [
        Row("POST", OWNER_DOES, {"words": "Why?"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "api/voices/": [Row("GET", (401, 200, 200, 200, 200))],
    "api/voices/<uuid:voice_id>": [Row("GET", API_OWNER)],
}
