"""Settings: how one logs in, and allauth's pages about it in the frame of the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.http import HttpResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe
from django.views.generic import View

from accounts.access import AccountRequest, account_required
from accounts.entrance import addresses, second_factors
from accounts.models import User
from accounts.read_only import kept_open
from accounts.settings_pages.frame import section, show


@account_required
@require_safe
def security(request: AccountRequest) -> HttpResponse:
    return show(request, "security", "accounts/settings/security.html", ways(request.user))


def ways(user: User) -> dict[str, Any]:
    """Return what the page shows of how the user logs in."""
    factors = list(Authenticator.objects.filter(user=user).order_by("pk"))
    by_type = {factor.type: factor for factor in factors}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return {
        "has_password": user.has_usable_password(),
        "passkeys": [
            {"row": factor, "name": factor.wrap().name}
            for factor in factors
            if factor.type == Authenticator.Type.WEBAUTHN
        ],
        "app": by_type.get(Authenticator.Type.TOTP),
        "has_second_step": second_factors.is_on(user),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
    }


def in_frame(view: type[View], name: str) -> Callable[..., Any]:
    """Return allauth's page for everybody who is logged in, as a part of the section with this name."""
    # The section's address is not known before all addresses are.
    entry = SimpleLazyObject(lambda: section(name))
    shown: Callable[..., Any] = account_required(kept_open(view.as_view(extra_context={"section": entry})))
    return shown


class EmailPage(account.EmailView):  # type: ignore[misc]  # allauth has no types
    def dispatch(self, request: AccountRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        addresses.agree(request.user)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class AddPasskeyPage(webauthn.AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """allauth's own view drops the extra context."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **(self.extra_context or {})}


email = in_frame(EmailPage, "security")
password = in_frame(account.PasswordChangeView, "security")
password_set = in_frame(account.PasswordSetView, "security")
totp_add = in_frame(totp.ActivateTOTPView, "security")
totp_remove = in_frame(totp.DeactivateTOTPView, "security")
codes = in_frame(recovery_codes.ViewRecoveryCodesView, "security")
codes_new = in_frame(recovery_codes.GenerateRecoveryCodesView, "security")
codes_download = in_frame(recovery_codes.DownloadRecoveryCodesView, "security")
passkey_add = in_frame(AddPasskeyPage, "security")
passkey_rename = in_frame(webauthn.EditWebAuthnView, "security")
passkey_remove = in_frame(webauthn.RemoveWebAuthnView, "security")
connections = in_frame(social.ConnectionsView, "connections")
