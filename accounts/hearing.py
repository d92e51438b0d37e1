"""Write into the audit log what Django and allauth report of sign-ins, passwords and addresses."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as allauth
from django.contrib.auth import signals
from django.db.models import F
from django.dispatch import Signal
from django.http import HttpRequest

from accounts import audit
from accounts.models import User

# Each comes with the request and the user, and needs nothing else.
REPORTED: dict[Signal, str] = {
    allauth.user_signed_up: "signed_up",
    allauth.password_set: "password_set",
    allauth.password_changed: "password_changed",
    allauth.password_reset: "password_reset",
    allauth.email_added: "email_added",
    allauth.email_changed: "email_changed",
    allauth.email_removed: "email_removed",
}


def connect() -> None:
    for signal in REPORTED:
        signal.connect(reported, dispatch_uid="accounts.hearing")
    allauth.email_confirmed.connect(confirmed, dispatch_uid="accounts.hearing")
    signals.user_logged_in.connect(signed_in, dispatch_uid="accounts.hearing")
    signals.user_logged_out.connect(signed_out, dispatch_uid="accounts.hearing")
    signals.user_login_failed.connect(failed, dispatch_uid="accounts.hearing")


def reported(signal: Signal, request: HttpRequest | None = None, user: User | None = None, **_more: Any) -> None:
    audit.record(user, REPORTED[signal], request=request)


def confirmed(request: HttpRequest, email_address: Any, **_more: Any) -> None:
    audit.record(email_address.user, "email_confirmed", request=request)


def signed_in(request: HttpRequest, user: User, **_more: Any) -> None:
    audit.record(user, "sign_in", request=request)


def signed_out(request: HttpRequest, user: User | None, **_more: Any) -> None:
    # Whoever logs out without being logged in is told the same page, and nothing happened.
    if user is not None:
        audit.record(user, "sign_out", request=request)


def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Write down a refused password. One for an address that nobody has takes as long, and names nobody."""
    tried = str(credentials.get("email") or credentials.get("username") or "")[:254]
    claims = User.objects.filter(email=User.objects.normalize_email(tried))
    user = claims.order_by(F("email_verified_at").asc(nulls_last=True), "-pk").first()
    audit.record(user, "sign_in_failed", request=request)
