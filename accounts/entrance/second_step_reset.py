"""An operator takes a person's second step away, who has lost it and shown by other ways that it is them."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.entrance import letters
from accounts.models import Session, User
from accounts.sessions import rows


class NothingToReset(Exception):
    """The account has neither an authenticator app nor a passkey nor recovery codes."""


class OwnAccount(Exception):
    """Operators look after their own second step in their settings, where they show that they have it."""


def reset(user: User, *, by: User, reason: str, request: HttpRequest, now: datetime) -> int:
    """Remove app, passkeys and recovery codes, and end all sessions; the person is told by mail. Return how many went.

    Raises NothingToReset, OwnAccount.
    """
    if by.pk == user.pk:
        raise OwnAccount
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=user.pk)
        removed = int(Authenticator.objects.filter(user=user).delete()[0])
        if not removed:
            raise NothingToReset
        rows.end_all(user, Session.Ending.OPERATOR, now=now)
        audit.record(user, "mfa_reset", actor=by, request=request, data={"reason": reason}, now=now)
        transaction.on_commit(lambda: letters.send("accounts/email/second_step_reset", user.email, {}, reader=user))
    return removed
