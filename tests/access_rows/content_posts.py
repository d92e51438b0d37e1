"""Posts, their plan and the calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from tests.access_rows.row import CREATORS, CREATORS_DO, EVERYBODY, OWNER, OWNER_DOES, Row

TOMORROW = (timezone.now() + timedelta(days=1)).date().isoformat()

ROWS: Final[dict[str, list[Row]]] = {
    "app/posts": [Row("GET", CREATORS)],
    "app/posts/<uuid:content_id>": [Row("GET", OWNER_DOES)],
    "app/posts/<uuid:content_id>/delete": [Row("POST", OWNER_DOES)],
    "app/posts/export.<str:form>": [Row("GET", CREATORS)],
    "app/posts/bulk": [Row("POST", CREATORS_DO, {"act": "delete"})],
    # A token is good for the session that got it: to everybody else there is nothing to take back.
    "app/posts/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/tags": [Row("GET", CREATORS)],
    "app/tags/<uuid:tag_id>/rename": [Row("POST", OWNER_DOES, {"name": "Rain"})],
    "app/tags/<uuid:tag_id>/delete": [Row("POST", OWNER_DOES)],
    "app/templates": [Row("GET", CREATORS)],
    "app/templates/new": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"name": "Rain", "body": "Rain on the roof."}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/templates/<uuid:template_id>": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"name": "Rain", "body": "Rain on the roof."}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/templates/<uuid:template_id>/delete": [Row("POST", OWNER_DOES)],
    "app/posts/<uuid:content_id>/schedule": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"how": "at", "day": TOMORROW, "at": "09:00", "channels": ["instagram"]}),
        Row("POST", (302, 403, 422, 404, 403), {"how": "at"}),
    ],
    "app/calendar/undo/<str:token>": [Row("POST", CREATORS_DO)],
    "app/posts/<uuid:content_id>/plan": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"day": TOMORROW, "at": "09:00"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/calendar": [Row("GET", CREATORS)],
    "app/calendar/feed": [Row("GET", CREATORS), Row("POST", CREATORS_DO, {"act": "on"})],
    # The address alone opens it; one that is forged opens nothing.
    "calendar/<str:token>.ics": [Row("GET", EVERYBODY)],
    "app/calendar/queue": [Row("GET", CREATORS)],
    # Whose posts and slots there are is not told: the answer is the same.
    "app/calendar/queue/<uuid:content_id>/move": [Row("POST", CREATORS_DO, {"position": "0"})],
    "app/calendar/slots": [
        Row("POST", CREATORS_DO, {"weekdays": ["0"], "at": "09:00"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/calendar/slots/remove": [Row("POST", CREATORS_DO, {"slot": "1"})],
    "app/publications/<uuid:publication_id>": [Row("GET", OWNER)],
    "app/publications/<uuid:publication_id>/move": [
        Row("GET", OWNER),
        Row("POST", OWNER_DOES, {"day": TOMORROW, "at": "09:00"}),
        Row("POST", (302, 403, 422, 404, 403), {}),
    ],
    "app/publications/<uuid:publication_id>/posted": [
        Row("POST", OWNER_DOES, {"url": "https://www.instagram.com/p/1"}),
        Row("POST", (302, 403, 422, 404, 403), {"url": "javascript:alert(1)"}),
    ],
    "app/publications/<uuid:publication_id>/unposted": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/snooze": [
        Row("POST", OWNER_DOES, {"minutes": "15"}),
        Row("POST", (302, 403, 422, 404, 403), {"minutes": "1"}),
    ],
    "app/publications/<uuid:publication_id>/retry": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/skip": [Row("POST", OWNER_DOES)],
    "app/publications/<uuid:publication_id>/back": [Row("POST", OWNER_DOES)],
}
