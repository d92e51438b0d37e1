"""Create, check and revoke API keys."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import ApiKey, User

MARK = "hz_"
SHOWN_CHARACTERS = 8


class InvalidApiKey(Exception):
    """The key is unknown, revoked or expired, or its owner is no longer active."""


def create(user: User, *, name: str, now: datetime, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
    """Store a new key and return it with its secret, which cannot be read again later."""
    secret = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=user,
        name=name,
        prefix=secret[: len(MARK) + SHOWN_CHARACTERS],
        digest=digest(secret),
        created_at=now,
        expires_at=expires_at,
    )
    return key, secret


def authenticate(secret: str, *, now: datetime) -> ApiKey:
    """Return the key with its user loaded, and note its use to the minute.

    Raises InvalidApiKey, with the same words for every cause.
    """
    key = ApiKey.objects.usable(now).select_related("user").filter(digest=digest(secret)).first()
    if key is None or not key.user.is_active:
        raise InvalidApiKey("This API key is not valid. Create one under Settings, and send it as `Bearer hz_…`.")
    minute_ago = now - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < minute_ago:
        # Conditional, so that parallel requests write once.
        stale = Q(last_used_at=None) | Q(last_used_at__lt=minute_ago)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def revoke(user: User, key_id: int, *, now: datetime) -> bool:
    """Revoke the user's key; return whether there was one to revoke."""
    return bool(ApiKey.objects.for_user(user).usable(now).filter(pk=key_id).update(revoked_at=now))


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
