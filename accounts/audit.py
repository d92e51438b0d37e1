"""What was done to and with accounts: written in the caller's transaction, never changed, read by the person and operators.

    audit.record(user, "api_key_created", request=request, data={"name": "laptop"}, now=now)

The kinds stand here, since operators read all of them in one list; an app above declares its own at start-up. `data`
holds what the words of the kind need, and never a secret, a token or a text of the person's. The words are made when they
are read, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import origins
from accounts.models import AuditEntry, User
from accounts.models.audit import DOOR

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PAGE: Final = 30
ANONYMISED_AT_ONCE: Final = 5_000

Words = Callable[[dict[str, Any]], "str | _StrPromise"]


class UndeclaredKind(LookupError):
    """The kind was not declared: add it to KINDS, or call `audit.declare` in the `ready` of the app that records it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`label` names the kind in operators' lists, `text` tells the person of one entry by its data."""

    label: str | _StrPromise
    text: Words


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the person concerned sees it."""

    id: UUID
    kind: str
    text: str
    device: str
    address: str
    by_us: bool
    created_at: datetime


def plainly(label: str | _StrPromise) -> Kind:
    return Kind(label, lambda _data: label)


def named(label: str | _StrPromise, form: str | _StrPromise) -> Kind:
    """Return a kind whose sentence has `name` of the data in it; the label alone, once that was taken out."""
    return Kind(label, lambda data: str(form) % data if "name" in data else label)


def edited(data: dict[str, Any]) -> str | _StrPromise:
    """Return what an operator touched, by the name of its model; the label alone for one that is gone."""
    try:
        model = apps.get_model(data["model"])
    except (KeyError, LookupError, ValueError):
        return _("Edited by an operator")
    return str(_("Edited by an operator: %(name)s")) % {"name": model._meta.verbose_name}


def reasoned(data: dict[str, Any]) -> str | _StrPromise:
    """Return why an operator took a second step away; that it was done, once the words are taken out."""
    label = _("Two-step sign-in reset by an operator")
    return f"{label}: {data['reason']}" if "reason" in data else label


KINDS: Final[dict[str, Kind]] = {
    "signed_up": plainly(_("Signed up")),
    "sign_in": plainly(_("Signed in")),
    "sign_in_failed": plainly(_("Sign-in failed")),
    "code_failed": plainly(_("Wrong code at sign-in")),
    "sign_out": plainly(_("Signed out")),
    "session_ended": named(_("Session ended"), _("Session ended: %(name)s")),
    "sessions_ended": plainly(_("All other sessions ended")),
    "token_reused": plainly(_("Session ended: its token was used twice")),
    "password_set": plainly(_("Password set")),
    "password_changed": plainly(_("Password changed")),
    "password_reset": plainly(_("Password reset by mail")),
    "email_added": plainly(_("Email address added")),
    "email_confirmed": plainly(_("Email address confirmed")),
    "email_changed": plainly(_("Email address changed")),
    "email_removed": plainly(_("Email address removed")),
    "mfa_enabled": plainly(_("Two-step sign-in switched on")),
    "mfa_disabled": plainly(_("Two-step sign-in switched off")),
    "mfa_reset": Kind(_("Two-step sign-in reset by an operator"), reasoned),
    "recovery_codes_made": plainly(_("Recovery codes made")),
    "recovery_code_used": plainly(_("Recovery code used")),
    "passkey_added": named(_("Passkey added"), _("Passkey added: %(name)s")),
    "passkey_removed": named(_("Passkey removed"), _("Passkey removed: %(name)s")),
    "account_connected": named(_("Account connected"), _("Account connected: %(name)s")),
    "account_disconnected": named(_("Account disconnected"), _("Account disconnected: %(name)s")),
    "role_changed": plainly(_("Role changed")),
    "permissions_changed": plainly(_("Permissions changed")),
    "api_key_created": named(_("API key created"), _("API key created: %(name)s")),
    "api_key_revoked": named(_("API key revoked"), _("API key revoked: %(name)s")),
    "export_requested": plainly(_("Copy of all data asked for")),
    "export_ready": plainly(_("Copy of all data prepared")),
    "export_downloaded": plainly(_("Copy of all data downloaded")),
    "erasure_requested": plainly(_("Erasure of the account asked for")),
    "erasure_cancelled": plainly(_("Erasure of the account taken back")),
    "erased": plainly(_("Account erased")),
    "words_read": plainly(_("Private words read by an operator")),
    "admin_edit": Kind(_("Edited by an operator"), edited),
}
# Stands in for a kind that another release declares, or declared once.
UNKNOWN: Final = plainly(_("Something else"))


def declare(kind: str, *, label: str | _StrPromise, text: Words | None = None) -> None:
    """Say how entries of a kind read; called at start-up by the app that records them."""
    KINDS[kind] = Kind(label, text) if text else plainly(label)


def record(
    user: User | None,
    kind: str,
    *,
    actor: User | None = None,
    request: HttpRequest | None = None,
    data: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEntry:
    """Write an entry about `user`, in the caller's transaction.

    `actor` is who did it, when that was not the person themselves. Address and program are the request's.
    Raises UndeclaredKind.
    """
    if kind not in KINDS:
        raise UndeclaredKind(kind)
    origin = origins.of(request)
    return AuditEntry.objects.create(
        user=user,
        actor=actor if actor != user else None,
        kind=kind,
        data=data or {},
        address=origin.address,
        user_agent=origin.user_agent,
        created_at=now or timezone.now(),
    )


def newest(user: User, *, before: UUID | None = None, most: int = PAGE) -> list[Told]:
    """Return what concerns the person, the newest first, from below `before` on."""
    rows = AuditEntry.objects.filter(user=user).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    return [as_told(row) for row in rows[:most]]


def as_told(row: AuditEntry) -> Told:
    """Return what the person may know: of an operator that it was one, and neither their address nor their device."""
    by_us = row.actor_id is not None
    return Told(
        id=row.id,
        kind=row.kind,
        text=str(KINDS.get(row.kind, UNKNOWN).text(row.data)),
        device="" if by_us or not row.user_agent else origins.label(row.user_agent),
        address="" if by_us else row.address or "",
        by_us=by_us,
        created_at=row.created_at,
    )


def anonymise(user: User) -> int:
    """Take addresses, programs and data out of all entries about the person, for an erasure; return how many had some.

    What happened, when, and the number of the account stay: they are what the receipt of the erasure rests on.
    """
    says_more = ~Q(address=None, user_agent="", data={})
    return blank((Q(user=user) | Q(actor=user)) & says_more, address=None, user_agent="", data={})


def forget_origins(before: datetime) -> int:
    """Take addresses and programs out of entries older than `before`, at most ANONYMISED_AT_ONCE; return of how many."""
    old = AuditEntry.objects.filter(~Q(address=None, user_agent=""), created_at__lt=before)
    some = old.order_by("created_at").values("pk")[:ANONYMISED_AT_ONCE]
    return blank(Q(pk__in=some), address=None, user_agent="")


def blank(which: Q, **fields: Any) -> int:
    """Open the one door that the table's trigger has, for this update alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'yes', true)", [DOOR])
        changed = AuditEntry.objects.filter(which).update(**fields)
        cursor.execute("SELECT set_config(%s, '', true)", [DOOR])
    return changed
