"""A worker's hold on a file that it prepares: one at a time, renewed while it works, found by the sweep when it dies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from content.models import Asset

LEASE: Final = timedelta(seconds=60)
RENEW_SECONDS: Final = 15.0
PATIENCE: Final = timedelta(seconds=30)
"""A file that no worker took for this long is handed out again: its message may be lost."""

MOST_CLAIMS: Final = 3
"""A file that killed this many workers is not given to another one."""


class Lost(Exception):
    """Another worker has the file, or its owner has deleted it."""


def claim(asset_id: UUID, *, now: datetime) -> Asset | None:
    """Take a file that waits; None when it waits no more."""
    with transaction.atomic():
        free = Q(lease_expires_at=None) | Q(lease_expires_at__lte=now)
        waiting = Asset.objects.filter(free, pk=asset_id, state=Asset.State.PROCESSING)
        held = waiting.select_for_update(of=("self",)).select_related("user").first()
        if held is None:
            return None
        held.claim += 1
        held.lease_expires_at = now + LEASE
        held.save(update_fields=["claim", "lease_expires_at"])
    return held


@dataclass(slots=True)
class Hold:
    """The lease of one file."""

    asset: Asset
    renewed_at: float = field(default_factory=monotonic)

    def beat(self) -> None:
        """Renew the lease when it is time. Raises Lost."""
        if monotonic() - self.renewed_at < RENEW_SECONDS:
            return
        self.renewed_at = monotonic()
        if not rows(self.asset).update(lease_expires_at=timezone.now() + LEASE):
            raise Lost


def rows(asset: Asset) -> QuerySet[Asset]:
    """Return the row of the file as long as it is under the claim that `asset` was taken with."""
    return Asset.objects.filter(pk=asset.pk, claim=asset.claim, state=Asset.State.PROCESSING)
