"""A worker's hold on a row: one at a time, renewed while it works, found by the sweep when it dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import DataExport, Erasure

LEASE: Final = timedelta(minutes=3)
RENEW_SECONDS: Final = 20.0

Row = TypeVar("Row", DataExport, Erasure)


class Lost(Exception):
    """Another worker has the row, or it is gone."""


@dataclass(slots=True)
class Hold(Generic[Row]):
    """The lease of one row."""

    row: Row
    renewed_at: float = field(default_factory=monotonic)

    @property
    def mine(self) -> QuerySet[Row]:
        """The row, as long as it is under the claim that it was taken with."""
        return type(self.row)._base_manager.filter(pk=self.row.pk, claim=self.row.claim)

    def beat(self) -> None:
        """Renew the lease when it is time. Raises Lost."""
        if monotonic() - self.renewed_at < RENEW_SECONDS:
            return
        self.renewed_at = monotonic()
        if not self.mine.update(lease_expires_at=timezone.now() + LEASE):
            raise Lost

    def release(self) -> None:
        """Let others take the row at once."""
        self.mine.update(lease_expires_at=None)


def free(rows: QuerySet[Row], *, now: datetime) -> QuerySet[Row]:
    return rows.filter(Q(lease_expires_at=None) | Q(lease_expires_at__lte=now))


def claim(rows: QuerySet[Row], pk: UUID, *, now: datetime) -> Hold[Row] | None:
    """Take one of the rows; None when it is none of them, or somebody else has it."""
    with transaction.atomic():
        row = free(rows, now=now).select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if row is None:
            return None
        row.claim += 1
        row.lease_expires_at = now + LEASE
        row.save(update_fields=["claim", "lease_expires_at"])
    return Hold(row)
