"""Whether somebody may go on: for answers that last, such as event streams, where each request's own question is too old."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from accounts import api_keys
from accounts.models import ApiKey, Session
from accounts.sessions import rows


def of(request: HttpRequest | Request) -> Callable[[], bool]:
    """Return what tells whether the session or the key that a request came with is still good, as a new one would be asked.

    False from the first call on for a request that came with neither.
    """
    auth = getattr(request, "auth", None)
    if isinstance(auth, ApiKey):
        return lambda: key_is_good(bytes(auth.digest))
    if isinstance(auth, Session):
        return lambda: session_is_good(auth.pk, Session.Kind.API)
    sid: UUID | None = getattr(request, "browser_sid", None)
    return lambda: sid is not None and session_is_good(sid, Session.Kind.BROWSER)


def key_is_good(digest: bytes) -> bool:
    key = api_keys.usable(digest, now=timezone.now())
    return key is not None and key.user.is_active


def session_is_good(sid: UUID, kind: Session.Kind) -> bool:
    return rows.alive(sid, kind, now=timezone.now()) is not None
