"""Getting in by every way, and the settings about it."""

from __future__ import annotations

from typing import Final

from tests.access_rows.row import EVERYBODY, SWITCH, Row

ALL: Final = (302, 200, 200, 200, 200)
NOBODY: Final = (404,) * 5
# Theirs would be something that nobody of the story has.
NO_SUCH: Final = (302, 404, 404, 404, 404)
SECURITY: Final = "app/settings/security"

ROWS: Final[dict[str, list[Row]]] = {
    "login/link": [
        Row("GET", (200, 302, 302, 302, 302)),
        Row("POST", SWITCH, {"email": "alice@example.org"}),
        Row("POST", (200, 302, 302, 302, 302), {"email": "alice"}),
    ],
    "login/link/sent": [Row("GET", EVERYBODY)],
    "login/link/<str:token>": [Row("GET", (410,) * 5), Row("POST", (410,) * 5)],
    "login/again": [Row("GET", ALL), Row("POST", ALL, {"password": "wrong"})],
    "login/again/code": [Row("GET", SWITCH)],
    "login/again/passkey": [Row("GET", SWITCH)],
    "login/second-step": [Row("GET", SWITCH), Row("POST", SWITCH, {"code": "123456"})],
    "login/passkey": [Row("GET", SWITCH), Row("POST", SWITCH, {"credential": "{}"})],
    "login/reset": [Row("GET", EVERYBODY), Row("POST", SWITCH, {"email": "alice@example.org"})],
    "login/reset/sent": [Row("GET", EVERYBODY)],
    "^login/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)$": [Row("GET", EVERYBODY)],
    "login/confirm/<str:key>": [Row("GET", EVERYBODY), Row("POST", NOBODY)],
    # Without keys of a provider its addresses are none.
    "login/google": [Row("GET", NOBODY), Row("POST", NOBODY)],
    "login/google/callback": [Row("GET", NOBODY)],
    "login/github": [Row("GET", NOBODY), Row("POST", NOBODY)],
    "login/github/callback": [Row("GET", NOBODY)],
    "login/cancelled": [Row("GET", EVERYBODY)],
    "signup/other": [Row("GET", SWITCH), Row("POST", SWITCH, {"name": "Dora"})],
    SECURITY: [Row("GET", ALL)],
    f"{SECURITY}/email": [Row("GET", ALL), Row("POST", SWITCH, {"action_add": "", "email": "dora@example.org"})],
    f"{SECURITY}/password": [Row("GET", ALL), Row("POST", ALL, {"oldpassword": "wrong"})],
    f"{SECURITY}/password/set": [Row("GET", SWITCH)],
    f"{SECURITY}/second-step": [Row("GET", ALL)],
    f"{SECURITY}/passkeys": [Row("GET", ALL)],
    # Led to show once more that it is them.
    f"{SECURITY}/passkeys/new": [Row("GET", SWITCH), Row("POST", SWITCH, {"credential": "{}"})],
    f"{SECURITY}/passkeys/<int:pk>": [Row("GET", SWITCH), Row("POST", SWITCH, {"name": "Phone"})],
    f"{SECURITY}/passkeys/<int:pk>/remove": [Row("GET", SWITCH), Row("POST", SWITCH)],
    f"{SECURITY}/app": [Row("GET", SWITCH), Row("POST", SWITCH, {"code": "123456"})],
    f"{SECURITY}/app/remove": [Row("GET", NO_SUCH), Row("POST", NO_SUCH)],
    f"{SECURITY}/codes": [Row("GET", NO_SUCH)],
    f"{SECURITY}/codes/new": [Row("GET", SWITCH), Row("POST", SWITCH)],
    f"{SECURITY}/codes/download": [Row("GET", NO_SUCH)],
    "app/settings/connections": [Row("GET", ALL), Row("POST", ALL, {"account": "1"})],
}
