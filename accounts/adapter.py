"""How allauth makes and greets our users."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from analytics import events


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Store a new creator with the language they read the form in, and record the sign-up with the row."""
        user.name = form.cleaned_data["name"]
        user.locale = getattr(request, "LANGUAGE_CODE", user.locale)
        zone = form.cleaned_data["time_zone"]
        if zone in available_timezones():
            user.time_zone = zone
        with transaction.atomic():
            super().save_user(request, user, form, commit=commit)
            events.record(
                "account.signed_up",
                user_id=user.pk,
                data={"role": user.role, "locale": user.locale},
                now=timezone.now(),
            )
        return user

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that opens shows that the log-in or log-out worked."""
