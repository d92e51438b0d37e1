"""Write into the audit log what Django and allauth report: sign-ins, passwords, addresses, second steps, other accounts."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as allauth
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals
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


FACTORS: dict[Signal, dict[str, str]] = {
    mfa.authenticator_added: {
        "totp": "mfa_enabled",
        "webauthn": "passkey_added",
        "recovery_codes": "recovery_codes_made",
    },
    mfa.authenticator_removed: {"totp": "mfa_disabled", "webauthn": "passkey_removed"},
    mfa.authenticator_reset: {"recovery_codes": "recovery_codes_made"},
    mfa.authenticator_used: {"recovery_codes": "recovery_code_used"},
}


def connect() -> None:
    for signal in FACTORS:
        signal.connect(factor_changed, dispatch_uid="accounts.hearing")
    mfa.authentication_failed.connect(code_failed, dispatch_uid="accounts.hearing")
    social.social_account_added.connect(account_connected, dispatch_uid="accounts.hearing")
    social.social_account_removed.connect(account_disconnected, dispatch_uid="accounts.hearing")
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
    audit.record(User.objects.by_address(tried), "sign_in_failed", request=request)


def factor_changed(signal: Signal, request: HttpRequest, user: User, authenticator: Any, **_more: Any) -> None:
    """Write down a second step that was added, removed or used, by what it is; a code of an app tells nothing."""
    kind = FACTORS[signal].get(authenticator.type)
    if kind:
        is_passkey = authenticator.type == "webauthn"
        audit.record(user, kind, request=request, data={"name": authenticator.wrap().name} if is_passkey else {})


def code_failed(request: HttpRequest, user: User, **_more: Any) -> None:
    audit.record(user, "code_failed", request=request)


def account_connected(request: HttpRequest, sociallogin: Any, **_more: Any) -> None:
    account = sociallogin.account
    audit.record(account.user, "account_connected", request=request, data={"name": account.provider.capitalize()})


def account_disconnected(request: HttpRequest, socialaccount: Any, **_more: Any) -> None:
    name = socialaccount.provider.capitalize()
    audit.record(socialaccount.user, "account_disconnected", request=request, data={"name": name})
