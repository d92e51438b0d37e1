"""Find files that a dead worker, or a lost message, left behind; and delete what nobody can take back any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from content.media import holding, places, preparing, storage
from content.models import Asset

BIN_KEEPS: Final = timedelta(days=30)
AT_MOST: Final = 100


def stuck(*, now: datetime) -> list[UUID]:
    """Give up files that killed three workers, and return those that are to be handed out again."""
    died = Q(lease_expires_at__lte=now)
    unheard = Q(lease_expires_at=None, updated_at__lte=now - holding.PATIENCE)
    again = []
    with transaction.atomic():
        rows = Asset.objects.filter(died | unheard, state=Asset.State.PROCESSING).order_by("pk")
        for asset in rows.select_for_update(of=("self",), skip_locked=True)[:AT_MOST]:
            if asset.lease_expires_at is not None and asset.claim >= holding.MOST_CLAIMS:
                preparing.refuse(asset, "not_prepared")
                continue
            asset.lease_expires_at = None
            asset.updated_at = now
            asset.save(update_fields=["lease_expires_at", "updated_at"])
            again.append(asset.pk)
    return again


def empty_bins(*, now: datetime) -> int:
    """Delete files, with their objects, that have been in the bin for 30 days; return how many."""
    rows = Asset.objects.filter(deleted_at__lte=now - BIN_KEEPS).order_by("deleted_at")
    return purge(list(rows[:AT_MOST]))


def purge(assets: list[Asset]) -> int:
    """Delete files for good. The objects go first: a row that is left over is found again, an object would not be."""
    for asset in assets:
        storage.delete_below(places.home(asset))
        storage.delete_below(places.staging(asset))
        asset.delete()
    return len(assets)
