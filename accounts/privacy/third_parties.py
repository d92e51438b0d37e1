"""What the packages that we install hold about people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy import registry
from accounts.privacy.own import WAYS_IN
from accounts.privacy.registry import (
    WITH_ACCOUNT,
    WITH_ITS_CONTENT,
    Basis,
    Mention,
    Record,
    Turn,
    free,
    register,
    withheld,
)

ADDRESSES: Final = _("That an email address is yours")
OPERATORS: Final = _("Who of us changed what")
ERASED: Final = "–"
"""Stands in the admin's history for the name of a row that was erased."""


def declare() -> None:
    free(Group, "names of groups of operators")
    free(Permission, "what can be permitted")
    free(Group.permissions.through, "what a group may do")
    free(ContentType, "names of tables")
    free(SocialApp, "how we are known to those who let people in here")
    register(*records())


def records() -> Iterator[Record]:
    yield from ways_in()
    yield from of_addresses_and_operators()


def ways_in() -> Iterator[Record]:
    yield Record(
        Authenticator,
        person="user",
        purpose=WAYS_IN,
        basis=Basis.CONTRACT,
        kept=_("Until you remove it, or as long as the account"),
        personal=["type", "data", "created_at", "last_used_at"],
        title=_("Authenticator apps, passkeys and recovery codes"),
        free=["id"],
        shown={"data": withheld(_("lets in whoever has it"))},
    )
    yield Record(
        SocialToken,
        person="account__user",
        purpose=WAYS_IN,
        basis=Basis.CONTRACT,
        kept=WITH_ITS_CONTENT,
        personal=["token", "token_secret", "expires_at"],
        title=_("Keys of connected accounts"),
        free=["id", "app"],
        shown={
            "token": withheld(_("lets in whoever has it")),
            "token_secret": withheld(_("lets in whoever has it")),
        },
    )
    yield Record(
        SocialAccount,
        person="user",
        purpose=WAYS_IN,
        basis=Basis.CONTRACT,
        kept=_("Until you remove it, or as long as the account"),
        personal=["provider", "uid", "last_login", "date_joined", "extra_data"],
        title=_("Connected accounts"),
        free=["id"],
    )


def of_addresses_and_operators() -> Iterator[Record]:
    yield Record(
        EmailConfirmation,
        person="email_address__user",
        purpose=ADDRESSES,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=["created", "sent", "key"],
        free=["id"],
        shown={"key": withheld(_("confirms an address for whoever has it"))},
    )
    yield Record(
        EmailAddress,
        person="user",
        purpose=ADDRESSES,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=["email", "verified", "primary"],
        free=["id"],
    )
    yield Record(
        LogEntry,
        person="user",
        purpose=OPERATORS,
        basis=Basis.INTEREST,
        kept=WITH_ACCOUNT,
        personal=["action_time", "action_flag", "change_message", "content_type", "object_id"],
        free=["id"],
        mentions=[Mention("object_repr", about, forget_names)],
        # It finds rows by what they are about, while that is still there.
        turn=Turn.FIRST,
    )
    yield Record(
        Session,
        person="",
        find=sessions,
        purpose=_("Staying logged in"),
        basis=Basis.CONTRACT,
        kept=_("Two weeks, or until you log out"),
        personal=["session_key", "session_data", "expire_date"],
        shown={
            "session_key": withheld(_("lets in whoever has it")),
            "session_data": withheld(_("that you are logged in, signed")),
        },
        turn=Turn.FIRST,
    )


def sessions(user: User) -> QuerySet[Session]:
    """Return the sessions of a person: nothing but what is in them says whose they are, so all are looked at."""
    number = str(user.pk)
    keys = [
        session.session_key
        for session in Session.objects.order_by("session_key").iterator(chunk_size=2_000)
        if session.get_decoded().get("_auth_user_id") == number
    ]
    return Session.objects.filter(session_key__in=keys)


def about(user: User) -> QuerySet[LogEntry]:
    """Return the entries whose words name a row of a person."""
    types = ContentType.objects.get_for_models(*(record.model for record in registry.all()), for_concrete_models=False)
    which = Q(pk=None)
    for record in registry.all():
        if record.model not in (LogEntry, Session):
            found = LogEntry.objects.filter(content_type=types[record.model]).values_list("object_id", flat=True)
            known = ids(record, user, list(found.distinct()))
            which |= Q(content_type=types[record.model], object_id__in=known)
    return LogEntry.objects.filter(which).exclude(object_repr=ERASED)


def ids(record: Record, user: User, candidates: list[str | None]) -> list[str]:
    """Return those of the ids in the admin's history that are rows of the person."""
    if not candidates:
        return []
    return [str(pk) for pk in record.rows(user).filter(pk__in=candidates).values_list("pk", flat=True)]


def forget_names(user: User, at_most: int) -> int:
    some = list(about(user).order_by("pk").values_list("pk", flat=True)[:at_most])
    return LogEntry.objects.filter(pk__in=some).update(object_repr=ERASED)
