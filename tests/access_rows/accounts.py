"""The way in and out, settings, notifications."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import CREATORS, CREATORS_DO, EVERYBODY, EVERYBODY_IN, OWNER_DOES, SWITCH, Row
from tests.conftest import PASSWORD

LOGIN = {"email": "alice@example.org", "password": PASSWORD}

ROWS: Final[dict[str, list[Row]]] = {
    "api/auth/login": [
        Row("POST", EVERYBODY, LOGIN, public=True),
        Row("POST", (401,) * 5, {**LOGIN, "password": "wrong"}, public=True),
        Row("POST", (400,) * 5, {}, public=True),
    ],
    # Only its own token gets in, which nobody here has.
    "api/auth/refresh": [Row("POST", (401,) * 5, public=True)],
    "api/auth/logout": [Row("POST", (401, 204, 204, 204, 204))],
    "api/auth/me": [Row("GET", (401, 200, 200, 200, 200))],
    "api/account/sessions": [Row("GET", (401, 200, 200, 200, 200)), Row("DELETE", (401, 204, 204, 204, 204))],
    "api/account/sessions/<uuid:session_id>": [Row("DELETE", (401, 404, 204, 404, 404))],
    "api/account/keys": [
        Row("GET", (401, 200, 200, 200, 200)),
        Row("POST", (401, 201, 201, 201, 201), {"name": "laptop", "scopes": ["usage"]}),
        Row("POST", (401, 400, 400, 400, 400), {"name": "laptop", "scopes": ["all"]}),
    ],
    "api/account/keys/<int:key_id>": [Row("DELETE", (401, 404, 204, 404, 404))],
    "login": [
        Row("GET", (200, 302, 302, 302, 302)),
        Row("POST", (302, 302, 302, 302, 302), {"login": "alice@example.org", "password": PASSWORD}),
    ],
    "signup": [
        Row("GET", (200, 302, 302, 302, 302)),
        Row(
            "POST",
            (302, 302, 302, 302, 302),
            {"name": "Dora", "email": "dora@example.org", "password1": PASSWORD, "adult": "on", "terms": "on"},
        ),
    ],
    "logout": [Row("GET", (302, 200, 200, 200, 200)), Row("POST", SWITCH)],
    "login/closed": [Row("GET", EVERYBODY)],
    "app/shortcuts": [
        Row("POST", CREATORS_DO, {"shortcuts": "off"}),
        Row("POST", (302, 403, 400, 400, 403), {"shortcuts": "maybe"}),
    ],
    "theme": [
        Row("GET", (400,) * 5),
        Row("POST", SWITCH, {"theme": "dark"}),
        Row("POST", (400,) * 5, {"theme": "pink"}),
    ],
    "language": [
        Row("GET", (400,) * 5),
        Row("POST", SWITCH, {"language": "fr"}),
        Row("POST", (400,) * 5, {"language": "xx"}),
    ],
    "app/notifications": [Row("GET", CREATORS)],
    "app/notifications/panel": [Row("GET", CREATORS)],
    "app/notifications/read": [Row("POST", CREATORS_DO)],
    "app/notifications/<uuid:notification_id>/read": [Row("POST", OWNER_DOES)],
    "app/settings": [Row("GET", CREATORS)],
    "app/settings/profile": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"name": "A"}),
        Row("POST", (302, 403, 422, 422, 403), {"name": ""}),
    ],
    "app/settings/page": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"handle": "somebody"}),
        # Alice has it.
        Row("POST", (302, 403, 302, 422, 403), {"handle": "alice"}),
    ],
    "app/settings/handle": [Row("GET", CREATORS)],
    "app/settings/notifications": [Row("GET", CREATORS), Row("POST", CREATORS_DO, {"mail_reminders": "on"})],
    "app/settings/privacy": [Row("GET", EVERYBODY_IN)],
    "app/settings/privacy/consents": [
        Row("POST", SWITCH, {"subject": "product_mails", "act": "given"}),
        Row("POST", (302, 400, 400, 400, 400), {"subject": "marriage", "act": "given"}),
    ],
    "app/settings/privacy/exports": [
        Row("GET", SWITCH),
        # Whoever did not show again who they are does so first.
        Row("POST", SWITCH),
    ],
    "app/settings/privacy/exports/<uuid:export_id>": [Row("GET", (302, 404, 302, 404, 404))],
    "app/settings/privacy/erase": [
        Row("GET", EVERYBODY_IN),
        Row("POST", SWITCH),
    ],
    "app/settings/privacy/keep": [Row("POST", SWITCH)],
    # Who has agreed to everything has nothing to agree to.
    "app/agree": [Row("GET", SWITCH), Row("POST", SWITCH)],
    "app/settings/plan": [Row("GET", CREATORS)],
    "app/settings/preferences": [
        Row("GET", CREATORS),
        Row("POST", CREATORS_DO, {"locale": "en", "time_zone": "UTC", "theme": "system"}),
        Row("POST", (302, 403, 422, 422, 403), {}),
    ],
    "app/settings/sessions": [Row("GET", EVERYBODY_IN)],
    # Whether somebody else has such a session is not told: the answer is the same.
    "app/settings/sessions/<uuid:session_id>/end": [Row("POST", SWITCH)],
    "app/settings/sessions/end": [Row("POST", SWITCH)],
    "app/settings/activity": [Row("GET", EVERYBODY_IN)],
    "app/settings/keys": [
        Row("GET", CREATORS),
        Row("POST", CREATORS, {"name": "laptop", "expires": "90", "scopes": ["usage"]}),
        Row("POST", (302, 403, 422, 422, 403), {"name": "laptop"}),
    ],
    # Whether a key of somebody else exists is not told: the answer is the same.
    "app/settings/keys/<int:key_id>/revoke": [Row("POST", CREATORS_DO)],
}
