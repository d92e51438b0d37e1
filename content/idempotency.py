"""`Idempotency-Key`: a request that is sent twice is done once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import User
from content.models import Generation, IdempotencyKey

KEPT: Final = timedelta(hours=24)
LONGEST: Final = 255


class IdempotencyMismatch(Exception):
    """The key was used with another body."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body. Send a new key for a new request.")


class IdempotencyInProgress(Exception):
    """The first request with this key is still being answered."""

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still under way. Repeat it in a moment.")


class InvalidKey(Exception):
    """The header is empty, too long, or not printable ASCII."""


def checked(key: str) -> str:
    """Return the key. Raises InvalidKey."""
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise InvalidKey(f"Idempotency-Key must be 1 to {LONGEST} printable ASCII characters, a UUID for example.")
    return key


def once(
    user: User,
    key: str,
    body: dict[str, Any],
    *,
    now: datetime,
    lock: timedelta,
    start: Callable[[], Generation],
) -> tuple[Generation, bool]:
    """Return the generation that `key` stands for, started now or before, and whether it was started now.

    `lock` is how long the answer to a new one may take. Raises IdempotencyMismatch, IdempotencyInProgress, and what
    `start` raises; then the key is free again.
    """
    request_hash = digest(body)
    known = IdempotencyKey.objects.select_related("generation").filter(user=user, key=key).first()
    if known is not None and known.created_at > now - KEPT:
        return replay(known, request_hash, now=now), False
    try:
        with transaction.atomic():
            if known is not None:
                known.delete()
            generation = start()
            IdempotencyKey.objects.create(
                user=user,
                key=key,
                request_hash=request_hash,
                generation=generation,
                created_at=now,
                locked_until=now + lock,
            )
    except IntegrityError as error:
        # Another request with this key came first; all that start() did is rolled back.
        raise IdempotencyInProgress from error
    return generation, True


def replay(known: IdempotencyKey, request_hash: bytes, *, now: datetime) -> Generation:
    if bytes(known.request_hash) != request_hash:
        raise IdempotencyMismatch
    if known.answered_at is None and known.locked_until > now:
        raise IdempotencyInProgress
    return known.generation


def answered(user: User, key: str, *, now: datetime) -> None:
    """Note that the request was answered: the next one with this key is told the same."""
    IdempotencyKey.objects.filter(user=user, key=key).update(answered_at=now)


def digest(body: dict[str, Any]) -> bytes:
    """Return the same bytes for bodies that mean the same."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
