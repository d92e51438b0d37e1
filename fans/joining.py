"""A fan's account, made of an address alone: no password, and no creator's profile."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from accounts.models import Consent, Role, User
from accounts.privacy import consents
from analytics import events


def join(email: str, name: str, *, request: HttpRequest, now: datetime) -> User:
    """Store a fan who agreed to what an account rests on. The address counts when a link that was mailed there is opened."""
    user = User(email=email, name=name, role=Role.FAN, locale=getattr(request, "LANGUAGE_CODE", "en"))
    user.set_unusable_password()
    with transaction.atomic():
        user.save()
        consents.give_required(user, way=Consent.Way.SIGN_UP, request=request, now=now)
        events.record(
            "account.signed_up",
            user_id=user.pk,
            data={"role": user.role, "locale": user.locale, "method": "link"},
            now=now,
        )
    return user
