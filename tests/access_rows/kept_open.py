"""What stays open to a creator who may only read. All else that sends something answers 402 by itself."""

from __future__ import annotations

from typing import Final

# Getting in and out, settings with copies and erasure, and paying: whatever comes there later stays open too.
PARTS: Final = ("login", "signup", "app/settings/", "app/billing", "api/auth/", "api/stripe/", "api/billing/")
CLOSED_IN_PARTS: Final = frozenset({"app/settings/keys"})
OPEN: Final = frozenset(
    {
        "",
        "logout",
        "theme",
        "language",
        # Visits are counted before anybody is known.
        "collect",
        "@<str:handle>",
        "@<str:handle>/follow",
        "@<str:handle>/unfollow",
        "app/agree",
        "app/shortcuts",
        "api/account/sessions",
        "api/account/sessions/<uuid:session_id>",
        "api/account/keys/<int:key_id>",
        # How things are shown, and what was read.
        "app/notifications/read",
        "app/notifications/<uuid:notification_id>/read",
        "app/home/steps/hide",
        "app/home/steps/show",
        "app/media/blur",
        "app/calendar/feed",
        # What goes on by itself can be stopped, and nothing goes out against anybody's will.
        "app/generations/<uuid:generation_id>/stop",
        "app/voice/<uuid:voice_id>/try/<uuid:generation_id>/stop",
        "app/campaigns/<uuid:run_id>/cancel",
        "app/assistant/turns/<uuid:turn_id>/stop",
        "api/assistant/turns/<uuid:turn_id>/stop",
        "api/content/generations/<uuid:generation_id>/stop",
        "app/publications/<uuid:publication_id>/skip",
        "app/publications/<uuid:publication_id>/back",
    }
)


def is_kept_open(route: str) -> bool:
    return route in OPEN or (route.startswith(PARTS) and route not in CLOSED_IN_PARTS)
