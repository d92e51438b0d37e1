"""Home, the composer and generations."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import API_OWNER, CREATORS, CREATORS_DO, OWNER, OWNER_DOES, Row

POST_FIELDS = {"title": "Title", "body": "Body"}

BRIEF = {
    "prompt": "Rain",
    "platform": "x",
    "language": "en",
    "length": "short",
    "variants": "1",
    "task_type": "chatbot",
}

ROWS: Final[dict[str, list[Row]]] = {
    "app/": [Row("GET", CREATORS)],
    "app/home/steps/hide": [Row("POST", CREATORS_DO)],
    "app/home/steps/show": [Row("POST", CREATORS_DO)],
    "app/welcome": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"makes": ["photos"]}),
        Row("POST", (302, 403, 422, 422, 403), {"makes": ["made up"]}),
    ],
    "app/create": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, BRIEF),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/create/<uuid:content_id>": [Row("GET", OWNER)],
    "app/create/<uuid:content_id>/save": [
        Row("POST", OWNER_DOES, {**POST_FIELDS, "revision": "1"}),
        Row("POST", (302, 403, 409, 404, 403), {**POST_FIELDS, "revision": "7"}),
        Row("POST", (302, 403, 422, 404, 403), {"body": "x" * 20_001}),
    ],
    "app/create/<uuid:content_id>/write": [
        Row("POST", OWNER_DOES, BRIEF),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/create/<uuid:content_id>/edit": [
        Row("POST", OWNER_DOES, {"kind": "rewrite", "change": "shorter"}),
        Row("POST", OWNER_DOES, {}),
    ],
    "app/create/<uuid:content_id>/history": [Row("GET", OWNER)],
    "app/create/<uuid:content_id>/media": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"do": "add", "asset": "no file"}),
    ],
    "app/create/<uuid:content_id>/media/words": [Row("POST", OWNER_DOES, {"alt_text": "Rain"})],
    "app/versions/<uuid:version_id>/restore": [Row("POST", OWNER_DOES)],
    "app/generations/<uuid:generation_id>": [Row("GET", OWNER)],
    "app/generations/<uuid:generation_id>/stop": [Row("POST", OWNER_DOES)],
    "app/variants/<uuid:variant_id>/use": [Row("POST", OWNER_DOES)],
    "app/variants/<uuid:variant_id>/again": [Row("POST", OWNER_DOES)],
    "api/content/generate": [
        Row("POST", (401, 403, 202, 202, 403), {"prompt": "Rain"}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/content/generations/<uuid:generation_id>": [Row("GET", API_OWNER)],
    "api/content/generations/<uuid:generation_id>/stop": [Row("POST", (401, 404, 202, 404, 404))],
    "api/content/generations/<uuid:generation_id>/events": [Row("GET", API_OWNER)],
}
