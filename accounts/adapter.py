"""How allauth makes and greets our users."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
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

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that opens shows that the log-in or log-out worked."""
