"""The two tokens of an API client: a short one that goes with every request, and one that gets the next of both.

Both are JWTs by the same keys and differ in their audience, so neither passes for the other. They say whose session it
is and nothing else; whether it lives is asked of its row.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import jwt

from accounts.models import Session
from accounts.sessions import keys

ALGORITHM: Final = "HS256"
ISSUER: Final = "huntaze"
ACCESS: Final = "access"
REFRESH: Final = "refresh"
LIFE: Final = timedelta(minutes=15)
"""How long the short token is good; the refresh token lives as long as its session."""

LONGEST: Final = 2_048


class InvalidToken(Exception):
    """The token is forged, cut short, expired, of another kind, or signed by nobody we know."""

    auth_header = 'Bearer realm="api"'


@dataclass(frozen=True, slots=True)
class Claims:
    sid: UUID
    user_id: int
    number: int


def access(session: Session, *, now: datetime) -> str:
    """Return a short token for the session."""
    return sign(session, ACCESS, expires_at=min(now + LIFE, session.expires_at), now=now)


def refresh(session: Session, *, now: datetime) -> tuple[str, bytes]:
    """Return a refresh token with the session's `refresh_number`, and the digest of it that is kept."""
    token = sign(
        session,
        REFRESH,
        expires_at=session.expires_at,
        now=now,
        # Without it, two tokens of the same second would be the same.
        more={"number": session.refresh_number, "jti": secrets.token_urlsafe(24)},
    )
    return token, digest(token)


def sign(
    session: Session, audience: str, *, expires_at: datetime, now: datetime, more: dict[str, Any] | None = None
) -> str:
    name, key = next(iter(keys.ring().items()))
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": str(session.user_id),
        "sid": str(session.pk),
        "iat": now,
        "exp": expires_at,
        **(more or {}),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": name})


def read(token: str, audience: str) -> Claims:
    """Verify signature and expiry, and return what the token says. Raises InvalidToken, with the same words for all."""
    try:
        if len(token) > LONGEST:
            raise InvalidToken
        # Only to pick the key: nothing of the header is believed, least of all the algorithm.
        key = keys.ring()[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            # The clock of the server that signed may be a little ahead of ours.
            options={"require": ["exp", "iat", "sub", "sid", "aud", "iss"], "verify_iat": False},
        )
        return Claims(UUID(claims["sid"]), int(claims["sub"]), int(claims.get("number", 0)))
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, AttributeError, InvalidToken) as error:
        raise InvalidToken("The token is not valid or has expired.") from error


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
