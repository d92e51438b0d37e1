"""What people agree to: in which version, when, how, and since when no more. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Consent, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Act = Consent.Act
Way = Consent.Way


class Required(Exception):
    """Without this there is no account: whoever withdraws it leaves."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to agree to. A new version has everybody asked anew who agreed to an older one."""

    key: str
    version: str
    label: _StrPromise
    detail: _StrPromise
    is_required: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands on a subject: the version that they agreed to and when, or that they did not or no more."""

    subject: Subject
    is_given: bool
    version: str
    since: datetime | None
    way: str


SUBJECTS: Final = {
    subject.key: subject
    for subject in (
        Subject(
            "adult",
            "1",
            _("I am 18 or older"),
            _("Huntaze is for adults only."),
            is_required=True,
        ),
        Subject(
            "terms",
            "2026-11",
            _("I agree to the terms of use"),
            _("What you may expect of Huntaze, and what it expects of you."),
            is_required=True,
        ),
        Subject(
            "notice",
            "2026-11",
            _("I have read the privacy notice"),
            _("What Huntaze knows about you, why, for how long, and who sees it."),
            is_required=True,
        ),
        Subject(
            "product_mails",
            "1",
            _("News of Huntaze by mail"),
            _("What is new, at most once a month. You can stop it at any time."),
            is_required=False,
        ),
    )
}

REQUIRED: Final = tuple(subject for subject in SUBJECTS.values() if subject.is_required)
PRESENT: Final = " ".join(f"{subject.key}:{subject.version}" for subject in REQUIRED)
"""What `User.agreed` holds for whoever agreed to all that is required, in the versions of today."""


def declare() -> None:
    """Say how the entries of the audit log read; called once, at start-up."""
    audit.declare(
        "consent_given",
        label=_("Consent given"),
        text=lambda data: _("Consent given: %(name)s") % {"name": named(data)},
    )
    audit.declare(
        "consent_withdrawn",
        label=_("Consent withdrawn"),
        text=lambda data: _("Consent withdrawn: %(name)s") % {"name": named(data)},
    )


def named(data: dict[str, Any]) -> str:
    """Return the words that were agreed to; of a subject that is gone, its key."""
    subject = SUBJECTS.get(data.get("name", ""))
    return str(subject.label) if subject else str(data.get("name", ""))


def is_up_to_date(user: User) -> bool:
    return user.agreed == PRESENT


def open_for(user: User) -> list[Subject]:
    """Return what a person must still agree to."""
    agreed = set(user.agreed.split())
    return [subject for subject in REQUIRED if f"{subject.key}:{subject.version}" not in agreed]


def give(
    user: User, keys: Iterable[str], *, way: Consent.Way, request: HttpRequest | None = None, now: datetime
) -> None:
    """Store that a person agrees to subjects, each in its version of today."""
    with transaction.atomic():
        given = [SUBJECTS[key] for key in keys]
        Consent.objects.bulk_create([made(user, subject, Act.GIVEN, way, now) for subject in given])
        agreed = dict(part.split(":") for part in user.agreed.split())
        agreed |= {subject.key: subject.version for subject in given if subject.is_required}
        user.agreed = " ".join(f"{one.key}:{agreed[one.key]}" for one in REQUIRED if one.key in agreed)
        User.objects.filter(pk=user.pk).update(agreed=user.agreed)
        for subject in given:
            audit.record(user, "consent_given", request=request, data={"name": subject.key}, now=now)


def give_required(user: User, *, way: Consent.Way, request: HttpRequest | None = None, now: datetime) -> None:
    """Store that a person agrees to all that an account rests on."""
    give(user, [subject.key for subject in REQUIRED], way=way, request=request, now=now)


def withdraw(user: User, key: str, *, way: Consent.Way, request: HttpRequest | None = None, now: datetime) -> None:
    """Store that a person agrees no more. Raises Required for what an account rests on."""
    subject = SUBJECTS[key]
    if subject.is_required:
        raise Required
    with transaction.atomic():
        made(user, subject, Act.WITHDRAWN, way, now).save(force_insert=True)
        audit.record(user, "consent_withdrawn", request=request, data={"name": subject.key}, now=now)


def made(user: User, subject: Subject, act: Consent.Act, way: Consent.Way, now: datetime) -> Consent:
    return Consent(user=user, subject=subject.key, version=subject.version, act=act, way=way, created_at=now)


def standing(user: User) -> list[Standing]:
    """Return where a person stands on each subject, by their newest word."""
    rows = Consent.objects.filter(user=user).order_by("subject", "-id").distinct("subject")
    newest = {row.subject: row for row in rows}
    return [told(subject, newest.get(subject.key)) for subject in SUBJECTS.values()]


def told(subject: Subject, row: Consent | None) -> Standing:
    if row is None:
        return Standing(subject, is_given=False, version="", since=None, way="")
    return Standing(
        subject,
        is_given=row.act == Act.GIVEN,
        version=row.version,
        since=row.created_at,
        way=row.get_way_display(),
    )


def is_given(user: User, key: str) -> bool:
    """Whether a person agrees to something that is not required, by their newest word."""
    row = Consent.objects.filter(user=user, subject=key).order_by("-id").first()
    return row is not None and row.act == Act.GIVEN
