"""What accounts hold about people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import append_only, audit, models
from accounts.models import User
from accounts.privacy.registry import (
    WITH_ACCOUNT,
    Anonymised,
    Basis,
    Deleted,
    Kept,
    Mention,
    Record,
    Turn,
    free,
    register,
    withheld,
)

ACCOUNT: Final = _("Your account, and how you like to work")
WAYS_IN: Final = _("Letting you in, and nobody else")
RIGHTS: Final = _("Your rights: what you agreed to, copies of your data, leaving")


def declare() -> None:
    free(models.RetentionPeriod, "how long things are kept, for everybody alike")
    free(models.PageChange, "the name of a public page that changed, for some seconds")
    register(*of_the_account(), *of_ways_in(), *of_the_profile(), *of_the_person(), *of_rights(), *of_the_log())


def of_the_account() -> Iterator[Record]:
    yield Record(
        models.ApiKey,
        person="user",
        purpose=_("Letting your own programs in"),
        basis=Basis.CONTRACT,
        kept=_("Until you revoke it, or as long as the account"),
        personal=["name", "prefix", "digest", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"],
        free=["id"],
        shown={"digest": withheld(_("a fingerprint of the key, of use to nobody but its thief"))},
    )


def of_ways_in() -> Iterator[Record]:
    yield Record(
        models.Session,
        person="user",
        purpose=WAYS_IN,
        basis=Basis.CONTRACT,
        kept=_("90 days after it is over"),
        personal=[
            "kind",
            "created_at",
            "last_seen_at",
            "expires_at",
            "ended_at",
            "ending",
            "address",
            "user_agent",
            "country",
            "auth_hash",
            "refresh_digest",
        ],
        free=["id", "refresh_number"],
        shown={
            "auth_hash": withheld(_("a fingerprint of the password, of use to nobody but its thief")),
            "refresh_digest": withheld(_("a fingerprint of a token, of use to nobody but its thief")),
        },
    )
    yield Record(
        models.SignInLink,
        person="user",
        purpose=WAYS_IN,
        basis=Basis.CONTRACT,
        kept=_("A day after its quarter of an hour"),
        personal=["address", "browser", "next_url", "created_at", "expires_at", "used_at"],
        free=["id", "digest", "browser_digest"],
    )


def of_the_profile() -> Iterator[Record]:
    yield Record(
        models.Notification,
        person="user",
        purpose=_("Telling you what you should know"),
        basis=Basis.CONTRACT,
        kept=_("90 days"),
        personal=["kind", "data", "url", "created_at", "read_at"],
        free=["id", "key"],
    )
    yield Record(
        models.CreatorProfile,
        person="user",
        purpose=ACCOUNT,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=[
            "handle",
            "bio",
            "makes",
            "languages",
            "channels",
            "onboarded_at",
            "checklist_dismissed_at",
            "shortcuts",
            "privacy_blur",
            "mail_reminders",
            "feed_enabled",
        ],
        free=["feed_number"],
    )


def of_the_person() -> Iterator[Record]:
    yield Record(
        User.groups.through,
        person="user",
        purpose=ACCOUNT,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=["group"],
        title=_("Groups of users"),
        free=["id"],
    )
    yield Record(
        User.user_permissions.through,
        person="user",
        purpose=ACCOUNT,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=["permission"],
        title=_("Permissions of users"),
        free=["id"],
    )
    yield Record(
        User,
        person="pk",
        purpose=ACCOUNT,
        basis=Basis.CONTRACT,
        kept=WITH_ACCOUNT,
        personal=[
            "email",
            "email_verified_at",
            "name",
            "password",
            "last_login",
            "tier",
            "role",
            "locale",
            "time_zone",
            "theme",
            "is_superuser",
            "is_staff",
            "is_active",
            "created_at",
            "leaves_at",
            "read_only_since",
        ],
        free=["id", "agreed"],
        shown={"password": withheld(_("a fingerprint of the password, of use to nobody but its thief"))},
        turn=Turn.LAST,
    )


def of_the_log() -> Iterator[Record]:
    yield Record(
        models.AuditEntry,
        person="user",
        purpose=_("What was done to and with your account, so that you and we can see it"),
        basis=Basis.INTEREST,
        kept=_("Addresses and programs a year, the rest for good; when the account is erased, nothing that names you"),
        personal=["kind", "data", "address", "user_agent", "created_at"],
        free=["id"],
        erased=Anonymised(anonymise_log, _("addresses, programs and names are taken out")),
        mentions=[Mention("actor", acted, anonymise_log)],
        # What the other steps do is written into it as well.
        turn=Turn.LOG,
    )


def acted(user: User) -> QuerySet[models.AuditEntry]:
    """Return what an operator did, as long as an entry says more of it than their number."""
    return models.AuditEntry.objects.filter(actor=user).exclude(address=None, user_agent="", data={})


def anonymise_log(user: User, _at_most: int) -> int:
    """Take out what names the person in one statement: of them, and of what they did to others."""
    return audit.anonymise(user)


def of_rights() -> Iterator[Record]:
    yield Record(
        models.Consent,
        person="user",
        purpose=RIGHTS,
        basis=Basis.DUTY,
        kept=WITH_ACCOUNT,
        personal=["subject", "version", "act", "way", "created_at"],
        free=["id"],
        erased=Anonymised(delete_consents, _("deleted, behind the one door of a table that is only added to")),
    )
    yield Record(
        models.DataExport,
        person="user",
        purpose=RIGHTS,
        basis=Basis.DUTY,
        kept=_("The file 7 days, that there was one as long as the account"),
        personal=["state", "size", "rows", "created_at", "ready_at", "mailed_at", "expires_at"],
        free=["id", "claim", "lease_expires_at", "file"],
        erased=Deleted(before=delete_files),
        mentions=[Mention("asked_by", exports_asked, forget_who_asked_for_exports)],
    )
    yield Record(
        models.Erasure,
        person="user",
        purpose=RIGHTS,
        basis=Basis.DUTY,
        kept=_("The receipt 5 years; it names nobody"),
        personal=["state", "created_at", "due_at", "closed_at", "done_at", "address", "locale", "mailed_at"],
        free=["id", "claim", "lease_expires_at", "report"],
        erased=Kept(_("the receipt shows that the law was kept; it has a reference and names nobody")),
        mentions=[Mention("asked_by", erasures_asked, forget_who_asked_for_erasures)],
    )


def delete_consents(user: User, at_most: int) -> int:
    with append_only.opened():
        some = models.Consent.objects.filter(user=user).order_by("pk").values("pk")[:at_most]
        return models.Consent.objects.filter(pk__in=some).delete()[0]


def delete_files(exports: Sequence[models.DataExport]) -> None:
    for export in exports:
        if export.file:
            default_storage.delete(export.file)


def exports_asked(user: User) -> QuerySet[models.DataExport]:
    return models.DataExport.objects.filter(asked_by=user)


def forget_who_asked_for_exports(user: User, at_most: int) -> int:
    some = exports_asked(user).order_by("pk").values("pk")[:at_most]
    return models.DataExport.objects.filter(pk__in=some).update(asked_by=None)


def erasures_asked(user: User) -> QuerySet[models.Erasure]:
    return models.Erasure.objects.filter(asked_by=user)


def forget_who_asked_for_erasures(user: User, at_most: int) -> int:
    some = erasures_asked(user).order_by("pk").values("pk")[:at_most]
    return models.Erasure.objects.filter(pk__in=some).update(asked_by=None)
