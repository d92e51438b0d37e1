"""The copy of everything that is held about a person: asked for, prepared by a worker, mailed as a link, gone after a week."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, notifications
from accounts.models import DataExport, User
from accounts.privacy import archive, holding, telling
from accounts.privacy.own import delete_files

logger = logging.getLogger(__name__)

State = DataExport.State

KEPT: Final = timedelta(days=7)
PATIENCE: Final = timedelta(seconds=20)
"""An export that no worker took for this long is handed out again: its message may be lost."""

MOST_CLAIMS: Final = 5
"""An export that killed, or failed, so many workers is given up."""

AT_MOST: Final = 100
SHOWN: Final = 5


class UnderWay(Exception):
    """A copy is being prepared already."""


class NotThere(Exception):
    """The person has no such export, or its file is gone."""


def ask(user: User, *, by: User | None = None, request: HttpRequest | None = None, now: datetime) -> DataExport:
    """Store that a copy is wanted. Raises UnderWay. The caller hands it to a worker when its transaction is committed."""
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user, asked_by=by, created_at=now)
            audit.record(user, "export_requested", actor=by, request=request, now=now)
    except IntegrityError as error:
        raise UnderWay from error
    return export


def prepare(export_id: UUID, *, now: datetime) -> bool:
    """Write the file of an export that waits; return whether it is ready. Safe to repeat and to kill."""
    waiting = DataExport.objects.filter(state__in=DataExport.UNDER_WAY)
    hold = holding.claim(waiting, export_id, now=now)
    if hold is None:
        return False
    if hold.row.claim > MOST_CLAIMS:
        give_up(hold)
        return False
    export = hold.row
    # A worker that died after its last byte has left a whole file. Each claim writes under a name of its own.
    delete_files([export])
    export.file = f"exports/{export.pk}/{export.claim}/huntaze-{now:%Y-%m-%d}.zip"
    hold.mine.update(state=State.PREPARING, file=export.file)
    try:
        export.size, export.rows = store(export, hold, now=now)
        finish(hold)
    except holding.Lost:
        default_storage.delete(export.file)
        return False
    except Exception:
        # Whatever it is crashes loudly, but leaves no half a file, and nothing that the next attempt waits for.
        default_storage.delete(export.file)
        hold.release()
        raise
    return True


def store(export: DataExport, hold: holding.Hold[DataExport], *, now: datetime) -> tuple[int, int]:
    """Write the archive into the storage, part by part."""
    with default_storage.open(export.file, "wb") as file:
        return archive.write(file, export.user, now=now, beat=hold.beat)


def finish(hold: holding.Hold[DataExport]) -> None:
    """Mark the export as ready, and tell its person in the app; the mail follows from the row. Raises holding.Lost."""
    export, now = hold.row, timezone.now()
    with transaction.atomic():
        done = hold.mine.update(
            state=State.READY,
            size=export.size,
            rows=export.rows,
            ready_at=now,
            expires_at=now + KEPT,
            lease_expires_at=None,
        )
        if not done:
            raise holding.Lost
        notifications.notify(
            export.user, "export-ready", url=telling.settings_path(), key=f"export:{export.pk}", now=now
        )
        audit.record(export.user, "export_ready", now=now)


def give_up(hold: holding.Hold[DataExport]) -> None:
    logger.error("The copy %s could not be made, and is given up", hold.row.pk)
    delete_files([hold.row])
    hold.mine.update(state=State.FAILED, lease_expires_at=None, file="")


def waiting(*, now: datetime) -> list[UUID]:
    """Return the exports that no worker has, those that wait longest first. Handing one out twice is harmless."""
    rows = holding.free(DataExport.objects.filter(state__in=DataExport.UNDER_WAY), now=now)
    rows = rows.filter(created_at__lte=now - PATIENCE).order_by("created_at", "pk")
    return list(rows.values_list("pk", flat=True)[:AT_MOST])


def mail_ready(*, now: datetime) -> int:
    """Mail that exports are ready, those that nobody has mailed yet; return how many."""
    rows = DataExport.objects.filter(state=State.READY, mailed_at=None, expires_at__gt=now)
    return telling.mail_each(rows, telling.export_ready, now=now)


def newest(user: User) -> list[DataExport]:
    return list(DataExport.objects.filter(user=user).order_by("-id")[:SHOWN])


def address(user: User, export_id: UUID, *, now: datetime) -> str:
    """Return an address that opens the file of a person's export for a short while. Raises NotThere."""
    ready = DataExport.objects.filter(user=user, pk=export_id, state=State.READY, expires_at__gt=now)
    export = ready.first()
    if export is None:
        raise NotThere
    return default_storage.url(export.file)


def remove_expired(before: datetime, at_most: int) -> int:
    """Delete the files of exports that were ready before; return of how many."""
    rows = DataExport.objects.filter(state=State.READY, ready_at__lte=before).order_by("ready_at", "pk")[:at_most]
    for export in rows:
        # The file goes first: a row that is left over is found again, a file would not be.
        delete_files([export])
        DataExport.objects.filter(pk=export.pk).update(state=State.EXPIRED, file="")
    return len(rows)
