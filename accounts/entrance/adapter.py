"""How allauth makes, greets and writes to our users."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import sign_in_links
from accounts.entrance import addresses, letters
from accounts.models import User

# What is said on the next page after something was done in the settings. Logging in and out says nothing: the page that
# opens shows that it worked.
SAID: Final = {
    "account/messages/email_confirmed.txt": _("Your address is confirmed."),
    "account/messages/password_changed.txt": _("Password changed."),
    "account/messages/password_set.txt": _("Password set."),
    "mfa/messages/totp_activated.txt": _("Authenticator app added."),
    "mfa/messages/totp_deactivated.txt": _("Authenticator app removed."),
    "mfa/messages/recovery_codes_generated.txt": _("New recovery codes are ready."),
    "mfa/messages/webauthn_added.txt": _("Passkey added."),
    "mfa/messages/webauthn_removed.txt": _("Passkey removed."),
    "socialaccount/messages/account_connected.txt": _("Account connected."),
    "socialaccount/messages/account_connected_updated.txt": _("This account is connected already."),
    "socialaccount/messages/account_connected_other.txt": _("This account cannot be connected to yours."),
    "socialaccount/messages/account_disconnected.txt": _("Account disconnected."),
}

# How one shows once more that it is them, the handiest way first.
AGAIN: Final = {
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
    "mfa_reauthenticate": _("Use a code"),
    "reauthenticate": _("Use your password"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("Address and password do not go together."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, or ask for a link by mail."),
    }

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Store a new creator with the language they read the form in and the time zone of their browser."""
        user.name = form.cleaned_data["name"]
        user.locale = getattr(request, "LANGUAGE_CODE", user.locale)
        zone = form.cleaned_data["time_zone"]
        if zone in available_timezones():
            user.time_zone = zone
        super().save_user(request, user, form, commit=commit)
        return user

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("content:welcome")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_email") if self.request.user.is_authenticated else reverse("account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        text = message or SAID.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """Return how the user may show once more that it is them: where a second step is on, by that alone."""
        found = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        if found.keys() - {"reauthenticate"}:
            found.pop("reauthenticate", None)
        return [{**found[name], "description": str(label)} for name, label in AGAIN.items() if name in found]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letters.send(template_prefix, email, context, reader=addresses.reached(email))

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Mail the link that confirms an address; to one that another account has confirmed, that it has an account."""
        address = emailconfirmation.email_address
        if address.can_set_verified() and addresses.owner(address.email) in {None, address.user}:
            super().send_confirmation_mail(request, emailconfirmation, signup)
        else:
            self.send_account_already_exists_mail(address.email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        user: User = email_address.user
        other = addresses.owner(email_address.email)
        if other is not None and other.pk != user.pk:
            return False
        if not super().confirm_email(request, email_address):
            return False
        # allauth has made it the user's address by now.
        user.refresh_from_db()
        sign_in_links.end_all(user, now=timezone.now())
        return addresses.confirm(user, now=timezone.now())

    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        sign_in_links.end_all(user, now=timezone.now())

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count tries by address alone: allauth adds the host, which a client writes."""
        return addresses.plain(credentials.get("email", credentials.get("username", "")))
