"""What a person should know, told in the app: declared by the apps, written in the caller's transaction, read in a list.

An app declares its kinds at start-up. The words are made when they are read, in the reader's language:

    notifications.declare("post-failed", icon="circle-alert", level="bad", text=lambda data: _("…") % data)
    notifications.notify(user, "post-failed", {"title": "Rain"}, url="/app/posts/…", key=f"failed:{pk}", now=now)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Notification, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# A count beyond this is shown as "99+", so nothing is gained by counting further.
MOST_COUNTED: Final = 100
PAGE: Final = 30
IN_PANEL: Final = 8

Level = Literal["info", "ok", "warn", "bad"]
Words = Callable[[dict[str, Any]], "str | _StrPromise"]


class UndeclaredKind(LookupError):
    """The kind was not declared: call `notifications.declare` in the `ready` of the app that notifies."""


@dataclass(frozen=True, slots=True)
class Kind:
    icon: str
    text: Words
    level: Level


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its reader sees it."""

    id: UUID
    text: str
    icon: str
    level: Level
    url: str
    created_at: datetime
    is_read: bool


KINDS: Final[dict[str, Kind]] = {}


def declare(kind: str, *, icon: str, text: Words, level: Level = "info") -> None:
    """Say how notifications of a kind look. `text` gets their data, and answers in the language of the moment."""
    KINDS[kind] = Kind(icon, text, level)


def notify(
    user: User, kind: str, data: dict[str, Any] | None = None, *, url: str = "", key: str = "", now: datetime
) -> bool:
    """Tell a person something, in the caller's transaction. With a `key` that was told before, nothing happens.

    Returns whether it is new. Raises UndeclaredKind.
    """
    if kind not in KINDS:
        raise UndeclaredKind(kind)
    fields = {"kind": kind, "data": data or {}, "url": url, "created_at": now}
    if not key:
        Notification.objects.create(user=user, **fields)
        return True
    _row, is_new = Notification.objects.get_or_create(user=user, key=key, defaults=fields)
    return is_new


def unread_count(user: User) -> int:
    """Return how many are unread, at most MOST_COUNTED."""
    return Notification.objects.for_user(user).unread()[:MOST_COUNTED].count()


def newest(user: User, *, before: UUID | None = None, most: int = PAGE) -> list[Told]:
    """Return a person's notifications, the newest first, from below `before` on."""
    rows = Notification.objects.for_user(user).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    return [as_told(row) for row in rows[:most]]


def as_told(row: Notification) -> Told:
    kind = KINDS.get(row.kind, UNKNOWN)
    return Told(row.id, str(kind.text(row.data)), kind.icon, kind.level, row.url, row.created_at, bool(row.read_at))


def read(user: User, notification_id: UUID, now: datetime) -> str | None:
    """Mark one as read and return its address; None when the person has no such notification."""
    row = Notification.objects.for_user(user).filter(pk=notification_id).first()
    if row is None:
        return None
    if row.read_at is None:
        row.read_at = now
        row.save(update_fields=["read_at"])
    return row.url


def read_all(user: User, now: datetime) -> None:
    Notification.objects.for_user(user).unread().update(read_at=now)


def purge(before: datetime, at_most: int) -> int:
    """Delete what was told before, at most so many; return how many."""
    old = Notification.objects.filter(created_at__lt=before).order_by("created_at").values("pk")[:at_most]
    return Notification.objects.filter(pk__in=old).delete()[0]


# Stands in for a kind that another release declares, or declared once.
UNKNOWN: Final = Kind("bell", lambda _data: _("There is something new"), "info")
