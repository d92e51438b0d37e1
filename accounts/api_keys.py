"""Create, check and revoke API keys."""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest

from accounts import audit, statements
from accounts.models import ApiKey, Scope, User

MARK = "hz_"
SHOWN_CHARACTERS = 8
# Requests are counted for each key, so their number bounds what an account can send.
MOST_KEYS = 20


class TooManyKeys(Exception):
    """The account has as many keys as it may."""


class UnknownScope(Exception):
    """The key would have no scope, or one that there is not."""


class InvalidApiKey(Exception):
    """The key is unknown, revoked or expired, or its owner is no longer active."""


def create(
    user: User,
    *,
    name: str,
    now: datetime,
    scopes: Collection[str] = tuple(Scope),
    expires_at: datetime | None = None,
    request: HttpRequest | None = None,
) -> tuple[ApiKey, str]:
    """Store a new key and return it with its secret, which cannot be read again later.

    Raises TooManyKeys, UnknownScope.
    """
    if not scopes or not set(scopes) <= set(Scope):
        raise UnknownScope(f"A key needs at least one scope of {', '.join(Scope)}.")
    secret = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        if ApiKey.objects.for_user(user).usable(now).count() >= MOST_KEYS:
            raise TooManyKeys(f"An account has {MOST_KEYS} keys at most. Revoke one that is not used.")
        key = stored(user, secret, name=name, scopes=scopes, expires_at=expires_at, now=now)
        audit.record(user, "api_key_created", request=request, data={"name": name, "scopes": key.scopes}, now=now)
    return key, secret


def stored(
    user: User, secret: str, *, name: str, scopes: Collection[str], expires_at: datetime | None, now: datetime
) -> ApiKey:
    return ApiKey.objects.create(
        user=user,
        name=name,
        prefix=secret[: len(MARK) + SHOWN_CHARACTERS],
        digest=digest(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        created_at=now,
        expires_at=expires_at,
    )


def authenticate(secret: str, *, now: datetime) -> ApiKey:
    """Return the key with its user loaded, and note its use to the minute.

    Raises InvalidApiKey, with the same words for every cause.
    """
    key = usable(digest(secret), now=now)
    if key is None or not key.user.is_active:
        raise InvalidApiKey("This API key is not valid. Create one under Settings, and send it as `Bearer hz_…`.")
    minute_ago = now - timedelta(minutes=1)
    if key.last_used_at is None or key.last_used_at < minute_ago:
        # Conditional, so that parallel requests write once.
        stale = Q(last_used_at=None) | Q(last_used_at__lt=minute_ago)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def usable(secret_digest: bytes, *, now: datetime) -> ApiKey | None:
    """Return the key, with its user loaded, as ApiKeyQuerySet.usable would; every request to the API asks for one.

    A statement that is composed once takes half the time: the ORM composes this one in longer than PostgreSQL runs it.
    """
    row = statements.only_row(statement(), [secret_digest, now])
    if row is None:
        return None
    key_columns, user_columns = statements.columns(ApiKey), statements.columns(User)
    key = ApiKey.from_db(connection.alias, key_columns, row[: len(key_columns)])
    key.user = User.from_db(connection.alias, user_columns, row[len(key_columns) :])
    return key


@functools.cache
def statement() -> str:
    key, user = ApiKey._meta.db_table, User._meta.db_table
    return f"""
        SELECT {statements.selected(ApiKey, User)} FROM "{key}" JOIN "{user}" ON "{user}".id = "{key}".user_id
        WHERE "{key}".digest = %s AND "{key}".revoked_at IS NULL
            AND ("{key}".expires_at IS NULL OR "{key}".expires_at > %s)
    """  # noqa: S608  # the names are those of our own tables


def revoke(user: User, key_id: int, *, request: HttpRequest | None = None, now: datetime) -> bool:
    """Revoke the user's key; return whether there was one to revoke."""
    with transaction.atomic():
        key = ApiKey.objects.for_user(user).usable(now).select_for_update().filter(pk=key_id).first()
        if key is None:
            return False
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
        audit.record(user, "api_key_revoked", request=request, data={"name": key.name}, now=now)
    return True


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
