"""Sessions of API clients: begun by a sign-in, carried by two tokens, renewed by the one that is good once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.models import Session, User
from accounts.sessions import rows, tokens


class SessionOver(Exception):
    """The session behind a token has ended, or never was."""

    auth_header = 'Bearer realm="api"'


class TokenReused(SessionOver):
    """A refresh token came that had been used: it was copied, and nobody can tell by whom. The session was ended."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A session with the tokens that were just made for it."""

    session: Session
    access: str
    refresh: str


def begin(user: User, *, request: HttpRequest, now: datetime) -> Pair:
    """Start a session for an API client that proved who it is."""
    with transaction.atomic():
        session = rows.start(user, Session.Kind.API, request=request, now=now)
        audit.record(user, "sign_in", request=request, now=now)
        return issue(session, now=now)


def authenticate(token: str, *, request: HttpRequest, now: datetime) -> Session:
    """Return the living session of a short token, with its user loaded. Raises InvalidToken or SessionOver."""
    claims = tokens.read(token, tokens.ACCESS)
    session = rows.alive(claims.sid, Session.Kind.API, now=now)
    if session is None or session.user_id != claims.user_id:
        raise SessionOver("The session has ended. Sign in again.")
    rows.see(session, request, now=now)
    return session


def renew(token: str, *, request: HttpRequest, now: datetime) -> Pair:
    """Return new tokens for a refresh token, which is used up by that.

    Raises InvalidToken, SessionOver, or TokenReused, after which the session is over for whoever holds its tokens.
    """
    claims = tokens.read(token, tokens.REFRESH)
    with transaction.atomic():
        session = Session.objects.select_for_update().filter(pk=claims.sid, user_id=claims.user_id).first()
        alive = session and rows.alive(session.pk, Session.Kind.API, now=now)
        if session is None or not alive:
            raise SessionOver("The session has ended. Sign in again.")
        session.user = alive.user
        is_newest = claims.number == session.refresh_number and hmac.compare_digest(
            bytes(session.refresh_digest or b""), tokens.digest(token)
        )
        if is_newest:
            session.refresh_number += 1
            session.expires_at = min(now + rows.IDLE[Session.Kind.API], session.created_at + rows.OLDEST)
            session.last_seen_at = now
            return issue(session, now=now)
        rows.end(session, Session.Ending.REUSED, now=now)
        audit.record(session.user, "token_reused", request=request, now=now)
    # Raised after the commit, which it must not undo.
    raise TokenReused("This refresh token had been used already, so the session was ended. Sign in again.")


def issue(session: Session, *, now: datetime) -> Pair:
    refresh, session.refresh_digest = tokens.refresh(session, now=now)
    session.save(update_fields=["refresh_digest", "refresh_number", "expires_at", "last_seen_at"])
    return Pair(session, tokens.access(session, now=now), refresh)
