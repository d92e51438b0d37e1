"""Record sign-ups. The adapter that allauth is told to use stands here, since accounts know nothing of events."""

from __future__ import annotations

from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone

from accounts.entrance.adapter import AccountAdapter
from accounts.models import User
from analytics import events


class RecordingAccountAdapter(AccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """Store a new account, and the event that tells of it, in one transaction."""
        with transaction.atomic():
            super().save_user(request, user, form, commit=commit)
            events.record(
                "account.signed_up",
                user_id=user.pk,
                data={"role": user.role, "locale": user.locale, "method": method_of(form)},
                now=timezone.now(),
            )
        return user


def method_of(form: BaseForm) -> str:
    """Return how somebody signs up: by a form alone, or by the account elsewhere that brought them to it."""
    login = getattr(form, "sociallogin", None)
    return str(login.account.provider) if login else "form"
