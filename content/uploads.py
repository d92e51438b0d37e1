"""Finish uploads, and hand them to the workers."""

from __future__ import annotations

import functools
import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from content import tasks
from content.media import receiving
from content.models import Asset

logger = logging.getLogger(__name__)


def finish(asset: Asset, *, now: datetime) -> Asset:
    """Close a whole upload, and nudge a worker. Safe to repeat. Raises as `receiving.close` does."""
    closed = receiving.close(asset, now=now)
    if closed.state == Asset.State.PROCESSING:
        transaction.on_commit(functools.partial(enqueue, closed.pk))
    return closed


def enqueue(asset_id: UUID) -> None:
    """Tell the workers of a file. When they cannot be told now, the sweep tells them within a minute."""
    try:
        tasks.prepare_asset.apply_async(kwargs={"asset_id": str(asset_id)}, retry=False)
    except OperationalError as error:
        logger.warning("Media file %s waits for the sweep: %s", asset_id, error)
