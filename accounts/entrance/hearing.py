"""Write into the audit log what allauth reports of second steps and accounts elsewhere."""

from __future__ import annotations

from typing import Any, Final

from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.http import HttpRequest

from accounts import audit
from accounts.models import User

ADDED: Final = {
    Authenticator.Type.TOTP: "mfa_enabled",
    Authenticator.Type.WEBAUTHN: "passkey_added",
    Authenticator.Type.RECOVERY_CODES: "recovery_codes_made",
}
REMOVED: Final = {Authenticator.Type.TOTP: "mfa_disabled", Authenticator.Type.WEBAUTHN: "passkey_removed"}
HERE: Final = "accounts.entrance.hearing"


def connect() -> None:
    mfa.authenticator_added.connect(added, dispatch_uid=HERE)
    mfa.authenticator_reset.connect(added, dispatch_uid=HERE)
    mfa.authenticator_removed.connect(removed, dispatch_uid=HERE)
    mfa.authenticator_used.connect(used, dispatch_uid=HERE)
    mfa.authentication_failed.connect(refused, dispatch_uid=HERE)
    social.social_account_added.connect(connected, dispatch_uid=HERE)
    social.social_account_removed.connect(disconnected, dispatch_uid=HERE)


def added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    audit.record(user, ADDED[authenticator.type], request=request, data=named(authenticator))


def removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    # Recovery codes go with the last thing that they stood in for.
    if kind := REMOVED.get(authenticator.type):
        audit.record(user, kind, request=request, data=named(authenticator))


def used(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        audit.record(user, "recovery_code_used", request=request)


def refused(request: HttpRequest, user: User, **_more: Any) -> None:
    audit.record(user, "sign_in_failed", request=request)


def connected(request: HttpRequest, sociallogin: Any, **_more: Any) -> None:
    name = str(sociallogin.account.get_provider().name)
    audit.record(sociallogin.user, "account_connected", request=request, data={"name": name})


def disconnected(request: HttpRequest, socialaccount: Any, **_more: Any) -> None:
    name = str(socialaccount.get_provider().name)
    audit.record(socialaccount.user, "account_disconnected", request=request, data={"name": name})


def named(authenticator: Authenticator) -> dict[str, str]:
    """Return the name that a passkey has; nothing else has one."""
    return {"name": authenticator.wrap().name} if authenticator.type == Authenticator.Type.WEBAUTHN else {}
