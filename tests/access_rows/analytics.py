"""Figures, and the rows behind them: everybody sees their own alone."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, CREATORS_DO, Row

OWN: Final = (401, 403, 200, 200, 403)

ROWS: Final[dict[str, list[Row]]] = {
    # Where public pages tell of visits: nobody is asked who they are, and only our own pages are heard.
    "collect": [Row("GET", (405,) * 5), Row("POST", (403,) * 5)],
    "app/analytics": [Row("GET", CREATORS)],
    "app/analytics/rows/<str:metric>": [Row("GET", CREATORS)],
    "app/analytics/people/<slug:group>": [Row("GET", CREATORS)],
    "app/analytics/export/<slug:table>.csv": [Row("GET", CREATORS)],
    # There is nothing to sum up: the page says so.
    "app/analytics/week": [Row("GET", CREATORS), Row("POST", CREATORS_DO)],
    "api/analytics/overview": [Row("GET", OWN)],
    "api/analytics/tables/<slug:table>": [Row("GET", OWN)],
}
