"""Log in with Google or GitHub, and connect such an account to one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.entrance import addresses, link_pages
from accounts.models import User

# What is kept of an account elsewhere: enough to tell it from others in the settings.
KEPT: Final = frozenset({"email", "name", "login", "sub", "id"})


class OtherAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": _("Set a password first: this account is your only way in besides mail."),
    }

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let nobody into an existing account because an address is the same: a link goes to that address instead.

        Whoever opens it is in, and connects the other account in the settings. An address that the other service has
        not confirmed counts as one that somebody typed.
        """
        account = sociallogin.account
        account.extra_data = {name: value for name, value in account.extra_data.items() if name in KEPT}
        if account.pk:
            # allauth has stored all of it again.
            account.save(update_fields=["extra_data"])
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        for address in sociallogin.email_addresses:
            if address.verified and addresses.owner(address.email):
                there = reverse("socialaccount_connections")
                raise ImmediateHttpResponse(link_pages.mailed(request, address.email, next_url=there))

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Return the settings' providers alone: no row of a table adds one, and no page asks for rows."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Ask every newcomer the questions of the sign-up."""
        return False

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        return {**initial, "name": sociallogin.account.extra_data.get("name") or ""}

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> User:
        user: User = super().save_user(request, sociallogin, form=form)
        vouched = {addresses.plain(row.email) for row in sociallogin.email_addresses if row.verified}
        if user.email in vouched:
            addresses.confirm(user, now=timezone.now(), request=request)
        return user


def configured_only(provider: str, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let an address of a provider exist only where the operator has keys for it."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if not settings.SOCIALACCOUNT_PROVIDERS.get(provider, {}).get("APPS"):
            raise Http404
        return view(request)

    return shown
