"""What is left of a plan, and how one is bought."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, CREATORS_DO, Row

ROWS: Final[dict[str, list[Row]]] = {
    "app/billing": [Row("GET", CREATORS)],
    "app/billing/coming": [Row("GET", CREATORS)],
    "app/billing/choose": [Row("GET", CREATORS_DO)],
    "app/billing/card": [Row("POST", CREATORS_DO)],
    "app/billing/left": [Row("GET", CREATORS_DO)],
    "app/billing/change": [Row("GET", CREATORS_DO)],
    "app/billing/change/<slug:tier>/<slug:interval>": [Row("GET", CREATORS_DO), Row("POST", CREATORS_DO)],
    "app/billing/cancel": [Row("GET", CREATORS_DO), Row("POST", CREATORS_DO)],
    "app/billing/keep": [Row("POST", CREATORS_DO)],
    "app/billing/invoices": [Row("GET", CREATORS)],
    "app/billing/subscribe": [Row("POST", CREATORS_DO, {"plan": "free"})],
    "app/billing/portal": [Row("POST", CREATORS_DO)],
    "app/billing/back": [Row("GET", CREATORS_DO)],
    "api/stripe/create-checkout": [Row("POST", (401, 403, 400, 400, 403), {"plan": "free"})],
    "api/stripe/portal": [Row("POST", (401, 403, 409, 409, 403))],
    "api/webhooks/stripe": [Row("POST", (400,) * 5, {"id": "evt_1"}, public=True)],
    "api/usage/": [Row("GET", (401, 200, 200, 200, 200))],
}
