"""A forgotten password: a link by mail leads to a new one."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.fields import PasswordField
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.account.views import PasswordResetFromKeyView
from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.entrance import addresses


class WithoutHelp:
    """Leaves out allauth's line on forgotten passwords: our pages have a link for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]  # it stands before a form
            if isinstance(field, PasswordField):
                field.help_text = ""


class LogInForm(WithoutHelp, LoginForm):  # type: ignore[misc]  # allauth has no types
    pass


class AgainForm(WithoutHelp, ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    pass


class ChangeForm(WithoutHelp, ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        label_new(self)


class SetForm(SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The first password of an account that was entered by other ways."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_new(self)


class ResetForm(ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_new(self)


def label_new(form: forms.Form) -> None:
    """Name the two fields for a new password in the way of our other forms."""
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("The new password again")


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
