"""Browser sessions: Django's own, each with a row that must live. The row is begun and ended by Django's signals."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from allauth.account import signals as allauth
from django.conf import settings
from django.contrib import auth
from django.contrib.auth import signals
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Session, User
from accounts.sessions import rows

# Where Django's session keeps the id of the row.
SID: Final = "sid"


class SessionRowMiddleware(AuthenticationMiddleware):
    """Django's own, but nobody is signed in whose row does not live; row and user come in one statement."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast(User, SimpleLazyObject(lambda: user_of(request)))


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """Return who is signed in, asked for once a request."""
    found: User | AnonymousUser | None = getattr(request, "_cached_user", None)
    if found is None:
        session = living(request) if auth.SESSION_KEY in request.session else None
        if session is None:
            found = AnonymousUser()
            if auth.SESSION_KEY in request.session:
                request.session.flush()
        else:
            found = session.user
            request.browser_sid = session.pk  # type: ignore[attr-defined]
        request._cached_user = found  # type: ignore[attr-defined]  # where Django keeps it too
    return found


def living(request: HttpRequest) -> Session | None:
    """Return the row of the browser's session, if it lives and is of the person that Django's session names."""
    sid, now = sid_of(request), timezone.now()
    session = rows.alive(sid, Session.Kind.BROWSER, now=now) if sid else None
    if (
        session is None
        or str(session.user_id) != request.session.get(auth.SESSION_KEY)
        or request.session.get(auth.BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
        or not knows_password(request, session.user)
    ):
        return None
    rows.see(session, request, now=now)
    return session


def knows_password(request: HttpRequest, user: User) -> bool:
    """Whether the password is the one of the sign-in, as Django asks it of its sessions."""
    match rows.compare(request.session.get(auth.HASH_SESSION_KEY, ""), user):
        case rows.Hash.CURRENT:
            return True
        case rows.Hash.OF_AN_OLD_KEY:
            request.session.cycle_key()
            request.session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
            return True
        case _:
            return False


def sid_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.session.get(SID, ""))
    except ValueError:
        return None


def connect() -> None:
    signals.user_logged_in.connect(signed_in, dispatch_uid="accounts.sessions")
    signals.user_logged_out.connect(signed_out, dispatch_uid="accounts.sessions")
    for changed in (allauth.password_changed, allauth.password_set, allauth.password_reset):
        changed.connect(password_changed, dispatch_uid="accounts.sessions")


def signed_in(request: HttpRequest, user: User, **_more: Any) -> None:
    """Begin a row; whoever was signed in with this browser before, is no longer."""
    now = timezone.now()
    # Django has emptied the session of another person by now; the request still knows of theirs.
    before = getattr(request, "browser_sid", None) or sid_of(request)
    if before:
        Session.objects.filter(pk=before, ended_at=None).update(ended_at=now, ending=Session.Ending.REPLACED)
    session = rows.start(user, Session.Kind.BROWSER, request=request, now=now)
    request.session[SID] = str(session.pk)


def signed_out(request: HttpRequest, **_more: Any) -> None:
    sid = sid_of(request)
    if sid:
        Session.objects.filter(pk=sid, ended_at=None).update(ended_at=timezone.now(), ending=Session.Ending.SIGNED_OUT)


def password_changed(user: User, request: HttpRequest | None = None, **_more: Any) -> None:
    """End all sessions but the one in which the password was changed."""
    is_theirs = request is not None and request.user == user
    kept = sid_of(request) if request is not None and is_theirs else None
    rows.end_all(user, Session.Ending.PASSWORD, kept=kept, now=timezone.now())
