"""The AI team, the assistant and the OpenAI protocol."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import API_OWNER, CREATORS, CREATORS_DO, OWNER, OWNER_DOES, Row

RUN = {"question": "What changed?", "language": "en", "budget_credits": "30"}

ROWS: Final[dict[str, list[Row]]] = {
    "app/campaigns": [Row("GET", CREATORS)],
    "app/campaigns/new": [Row("GET", CREATORS)],
    "app/campaigns/new/<slug:workflow>": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, RUN),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/campaigns/<uuid:run_id>": [Row("GET", OWNER)],
    "app/campaigns/<uuid:run_id>/events": [Row("GET", OWNER)],
    "app/campaigns/<uuid:run_id>/cancel": [Row("POST", OWNER_DOES)],
    "app/campaigns/<uuid:run_id>/decide": [Row("POST", OWNER_DOES, {"approve": "all"})],
    # They tell nothing: whoever follows is asked there.
    "app/team": [Row("GET", (302,) * 5)],
    "app/team/new/<slug:workflow>": [Row("GET", (302,) * 5)],
    "app/team/runs/<uuid:run_id>": [Row("GET", (302,) * 5)],
    "app/assistant": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"question": "What next?"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/assistant/<uuid:conversation_id>": [
        Row("GET", OWNER),
        Row("POST", (302, 403, 409, 404, 403), {"question": "What next?"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/assistant/<uuid:conversation_id>/again": [Row("POST", (302, 403, 409, 404, 403))],
    "app/assistant/<uuid:conversation_id>/rename": [Row("POST", OWNER_DOES, {"title": "Plans"})],
    "app/assistant/<uuid:conversation_id>/delete": [Row("GET", OWNER), Row("POST", OWNER_DOES)],
    "app/assistant/turns/<uuid:turn_id>/stop": [Row("POST", OWNER_DOES)],
    "api/assistant/conversations": [
        Row("GET", (401, 200, 200, 200, 200)),
        Row("POST", (401, 403, 202, 202, 403), {"question": "What next?"}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/assistant/conversations/<uuid:conversation_id>": [
        Row("GET", API_OWNER),
        Row("DELETE", (401, 404, 204, 404, 404)),
    ],
    "api/assistant/conversations/<uuid:conversation_id>/turns": [
        Row("POST", (401, 404, 409, 404, 404), {"question": "What next?"}),
        Row("POST", (401, 404, 400, 404, 404), {}),
    ],
    "api/assistant/conversations/<uuid:conversation_id>/export.json": [Row("GET", API_OWNER)],
    "api/assistant/conversations/<uuid:conversation_id>/export.md": [Row("GET", API_OWNER)],
    "api/assistant/turns/<uuid:turn_id>": [Row("GET", API_OWNER)],
    "api/assistant/turns/<uuid:turn_id>/stop": [Row("POST", (401, 404, 202, 404, 404))],
    "api/assistant/turns/<uuid:turn_id>/events": [Row("GET", API_OWNER)],
    "api/ai/v1/chat/completions": [
        Row("POST", (401, 403, 200, 200, 403), {"model": "auto", "messages": [{"role": "user", "content": "Rain"}]}),
        Row("POST", (401, 400, 400, 400, 400), {}),
    ],
    "api/ai/v1/models": [Row("GET", (401, 200, 200, 200, 200))],
}
