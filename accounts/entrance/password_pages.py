"""A forgotten password: a link by mail leads to a new one."""

from __future__ import annotations

from typing import cast

from allauth.account.forms import ResetPasswordForm
from allauth.account.views import PasswordResetFromKeyView
from django.http import HttpResponse
from django.utils import timezone

from accounts.entrance import addresses


class ResetRequestForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Asks for an address, and says nothing of whose it is."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        user = addresses.reached(email)
        self.users = [user] if user else []
        return email


class ResetPage(PasswordResetFromKeyView):  # type: ignore[misc]  # allauth has no types
    def form_valid(self, form: ResetPasswordForm) -> HttpResponse:
        # The link came by mail to the account's address: it reaches them.
        if not addresses.confirm(self.reset_user, now=timezone.now(), request=self.request):
            return cast(HttpResponse, self.render_to_response(self.get_context_data(token_fail=True)))
        return cast(HttpResponse, super().form_valid(form))


reset_from_key = ResetPage.as_view()
