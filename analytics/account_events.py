"""Events of what accounts write into their audit log: they know nothing of events, and tell who listens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from accounts import audit
from accounts.models import User
from analytics import events

Data = dict[str, Any]

# How allauth calls what was shown first. A second step that comes after it is no other way in.
METHODS: Final = {"password": "password", "code": "link", "mfa": "passkey"}

TOLD: Final[dict[str, tuple[str, Callable[[User, HttpRequest | None, Data], Data]]]] = {
    "sign_in": ("account.logged_in", lambda user, request, _data: {"method": method_of(user, request)}),
    "email_confirmed": ("account.confirmed", lambda _user, _request, _data: {}),
    "erasure_requested": ("account.leaving", lambda _user, _request, _data: {}),
    "erasure_cancelled": ("account.stayed", lambda _user, _request, _data: {}),
    "api_key_created": ("api_key.created", lambda _user, _request, data: {"scopes": list(data.get("scopes", ()))}),
    "api_key_revoked": ("api_key.revoked", lambda _user, _request, _data: {}),
}


def connect() -> None:
    for kind in TOLD:
        audit.listen(kind, _listener(kind))


def _listener(kind: str) -> audit.Listener:
    event, data_of = TOLD[kind]

    def heard(user: User, request: HttpRequest | None, data: Data, now: datetime) -> None:
        events.record(event, user_id=user.pk, data=data_of(user, request, data), now=now)

    return heard


def method_of(user: User, request: HttpRequest | None) -> str:
    """Return how somebody came in, as their session tells it."""
    if request is not None and request.path.startswith("/api/"):
        return "api"
    if request is None or not hasattr(request, "session"):
        return "other"
    shown = get_authentication_records(request, user)
    if not shown:
        return "sign_up" if request.path.startswith("/signup") else "other"
    provider = shown[0].get("provider", "")
    return provider if provider in {"google", "github"} else METHODS.get(shown[0]["method"], "other")
