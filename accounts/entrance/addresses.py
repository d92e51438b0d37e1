"""Whose a mail address is. One account at most has confirmed it; others may claim it, and never learn of each other."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from accounts import audit
from accounts.models import User

# Of the accounts that only claim an address, so many of the newest can be logged in to.
MOST_CLAIMS: Final = 2


def accounts_of(email: str) -> list[User]:
    """Return the accounts that a password for this address may open: the confirmed one first, then the newest claims."""
    rows = list(
        User.objects.filter(email=plain(email)).order_by(F("email_verified_at").asc(nulls_last=True), "-pk")[
            : MOST_CLAIMS + 1
        ]
    )
    confirmed = [user for user in rows if user.has_confirmed_address]
    return confirmed + [user for user in rows if not user.has_confirmed_address][:MOST_CLAIMS]


def reached(email: str) -> User | None:
    """Return the account that mail to this address is about: the confirmed one, else the newest that claims it."""
    return next((user for user in accounts_of(email) if user.is_active), None)


def owner(email: str) -> User | None:
    """Return the account that has confirmed this address."""
    return User.objects.filter(email=plain(email), email_verified_at__isnull=False).first()


def confirm(user: User, *, now: datetime, request: HttpRequest | None = None) -> bool:
    """Note that the user's address reaches them, as a link that was mailed there shows. False: it is another account's.

    With the request the audit log hears of it; allauth's own page for it reports by itself.
    """
    other = owner(user.email)
    if other is not None and other.pk != user.pk:
        return False
    with transaction.atomic():
        if user.email_verified_at is None:
            user.email_verified_at = now
            user.save(update_fields=["email_verified_at"])
            if request is not None:
                audit.record(user, "email_confirmed", request=request, now=now)
        agree(user)
    return True


def agree(user: User) -> EmailAddress:
    """Bring allauth's own row in line with ours, and return it: accounts made by hand have none."""
    row, _made = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": False})
    if row.verified != user.has_confirmed_address or not row.primary:
        EmailAddress.objects.filter(user=user, primary=True).exclude(pk=row.pk).update(primary=False)
        row.verified, row.primary = user.has_confirmed_address, True
        row.save(update_fields=["verified", "primary"])
    return row


def plain(email: str) -> str:
    return User.objects.normalize_email(email.strip())
