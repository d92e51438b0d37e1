"""The rows that say where people are signed in: begun, looked at by every request, seen again, ended.

What ends a session holds from the next request on, in all processes: nothing about it is kept anywhere else.
"""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Least
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts import audit, origins, statements
from accounts.models import Session, User

# How often "last seen" is written; in between, it is that much behind.
SEEN_EVERY: Final = timedelta(minutes=5)
# Without a sign of life for this long, a session is over; and it never lives longer than OLDEST.
IDLE: Final = {
    Session.Kind.BROWSER: timedelta(seconds=settings.SESSION_COOKIE_AGE),
    Session.Kind.API: timedelta(days=30),
}
OLDEST: Final = timedelta(days=90)


def start(user: User, kind: Session.Kind, *, request: HttpRequest | None, now: datetime) -> Session:
    """Store that the person signed in."""
    origin = origins.of(request)
    return Session.objects.create(
        user=user,
        kind=kind,
        created_at=now,
        last_seen_at=now,
        expires_at=now + IDLE[kind],
        address=origin.address,
        user_agent=origin.user_agent,
        country=origin.country,
        auth_hash=user.get_session_auth_hash() if kind == Session.Kind.API else "",
    )


def alive(sid: UUID, kind: Session.Kind, *, now: datetime) -> Session | None:
    """Return the session with its user loaded, in one statement; None when it is over, or its user may not come in."""
    row = statements.only_row(statement(), [sid, kind.value, now])
    if row is None:
        return None
    session_columns, user_columns = statements.columns(Session), statements.columns(User)
    session = Session.from_db(connection.alias, session_columns, row[: len(session_columns)])
    session.user = User.from_db(connection.alias, user_columns, row[len(session_columns) :])
    return session if session.user.is_active and knows_password(session) else None


@functools.cache
def statement() -> str:
    return f"""
        SELECT {statements.selected(Session, User)} FROM sessions JOIN users ON users.id = sessions.user_id
        WHERE sessions.id = %s AND sessions.kind = %s AND sessions.ended_at IS NULL AND sessions.expires_at > %s
    """  # noqa: S608  # the names are those of our own tables


def knows_password(session: Session) -> bool:
    """Whether the password is the one of the sign-in. Django's own session looks after that for browsers."""
    if session.kind != Session.Kind.API:
        return True
    found = compare(session.auth_hash, session.user)
    if found is Hash.OF_AN_OLD_KEY:
        Session.objects.filter(pk=session.pk).update(auth_hash=session.user.get_session_auth_hash())
    return found is not Hash.OF_ANOTHER_PASSWORD


class Hash(Enum):
    """What the hash of a password that a session keeps says. An old secret key signs nobody out."""

    CURRENT = auto()
    OF_AN_OLD_KEY = auto()
    OF_ANOTHER_PASSWORD = auto()


def compare(kept: str, user: User) -> Hash:
    """Compare the hash that a session keeps with the user's password."""
    if constant_time_compare(kept, user.get_session_auth_hash()):
        return Hash.CURRENT
    if kept and any(constant_time_compare(kept, old) for old in user.get_session_auth_fallback_hash()):
        return Hash.OF_AN_OLD_KEY
    return Hash.OF_ANOTHER_PASSWORD


def see(session: Session, request: HttpRequest, *, now: datetime) -> None:
    """Note that the session is in use and from where, once in SEEN_EVERY; its end moves on with it."""
    before = now - SEEN_EVERY
    if session.last_seen_at >= before:
        return
    origin = origins.of(request)
    # Conditional, so that parallel requests write once, and what was ended stays so.
    Session.objects.filter(pk=session.pk, last_seen_at__lt=before, ended_at=None).update(
        last_seen_at=now,
        expires_at=Least(now + IDLE[Session.Kind(session.kind)], F("created_at") + OLDEST),
        address=origin.address,
        user_agent=origin.user_agent,
        country=origin.country,
    )


def of(user: User, *, now: datetime) -> list[Session]:
    """Return where the person is signed in, what was used last first."""
    rows = Session.objects.for_user(user).alive(now).order_by("-last_seen_at", "-pk")
    for row in rows:
        row.user = user
    return [row for row in rows if knows_password(row)]


def end(session: Session, ending: Session.Ending, *, now: datetime) -> bool:
    """End the session; return whether it was still alive."""
    return bool(Session.objects.filter(pk=session.pk, ended_at=None).update(ended_at=now, ending=ending))


def end_one(user: User, sid: UUID, *, request: HttpRequest, now: datetime) -> bool:
    """End a session of the person's, who asks for it; return whether there was such a one."""
    with transaction.atomic():
        session = Session.objects.for_user(user).alive(now).select_for_update().filter(pk=sid).first()
        if session is None:
            return False
        end(session, Session.Ending.REVOKED, now=now)
        audit.record(user, "session_ended", request=request, data={"name": origins.label(session.user_agent)}, now=now)
    return True


def end_others(user: User, kept: UUID | None, *, request: HttpRequest, now: datetime) -> int:
    """End all sessions of the person's but the one that asks for it; return how many."""
    with transaction.atomic():
        ended = end_all(user, Session.Ending.REVOKED, kept=kept, now=now)
        if ended:
            audit.record(user, "sessions_ended", request=request, data={"count": ended}, now=now)
    return ended


def end_all(user: User, ending: Session.Ending, *, kept: UUID | None = None, now: datetime) -> int:
    """End all sessions of the person's, but `kept`; return how many."""
    others = ~Q(pk=kept) if kept else Q()
    return Session.objects.for_user(user).filter(others, ended_at=None).update(ended_at=now, ending=ending)


def purge(before: datetime, at_most: int) -> int:
    """Delete sessions that were over before; return how many."""
    over = Session.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before))
    return Session.objects.filter(pk__in=over.order_by("pk").values("pk")[:at_most]).delete()[0]
