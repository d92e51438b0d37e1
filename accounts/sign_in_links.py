"""Links by mail that let a person in: made, looked at, used once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.crypto import constant_time_compare

from accounts.models import SignInLink, User

LIVES: Final = timedelta(minutes=15)
# Spent links are kept a little, so that who opens one twice reads what happened.
KEPT: Final = timedelta(days=1)


class LinkSpent(Exception):
    """The link was used, is older than 15 minutes, or never was one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What asked for a link: `secret` is what its browser holds."""

    secret: str
    address: str | None
    browser: str


def make(user: User, asked: Asked, *, next_url: str, now: datetime) -> str:
    """Store a link for the user and return its token, which cannot be read again. Earlier links end."""
    end_all(user, now=now)
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user,
        digest=digest(token),
        browser_digest=digest(asked.secret),
        next_url=next_url[:500],
        address=asked.address,
        browser=asked.browser[:200],
        created_at=now,
        expires_at=now + LIVES,
    )
    return token


def end_all(user: User, *, now: datetime) -> None:
    """End every link of the user: another one was made, or what they were mailed to or stood in for has changed."""
    SignInLink.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)


def find(token: str, *, now: datetime) -> SignInLink:
    """Return a link that may still be used. Raises LinkSpent."""
    link = (
        SignInLink.objects.select_related("user").filter(digest=digest(token), used_at=None, expires_at__gt=now).first()
    )
    if link is None:
        raise LinkSpent
    return link


def was_asked_by(link: SignInLink, secret: str) -> bool:
    """Whether the browser that holds this secret asked for the link."""
    return bool(secret) and constant_time_compare(bytes(link.browser_digest), digest(secret))


def use(link: SignInLink, *, now: datetime) -> None:
    """Take the link. Raises LinkSpent when somebody was faster."""
    if not SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkSpent


def purge(now: datetime) -> int:
    """Delete links whose time is over; return how many."""
    return SignInLink.objects.filter(expires_at__lte=now - KEPT).delete()[0]


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
