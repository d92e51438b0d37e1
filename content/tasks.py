"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from ai_routing import nudges
from content import sweep, writer
from content.media import preparing, receiving
from content.media import sweep as media_sweep

logger = logging.getLogger(__name__)


@shared_task
def write_variant(*, variant_id: str, **_later: object) -> None:
    """Write one variant, unless another worker has it or it has ended. `_later` are arguments of newer senders."""
    writer.write(UUID(variant_id))


@shared_task
def sweep_stuck_variants() -> None:
    again = sweep.stuck(now=timezone.now())
    for variant_id in again:
        logger.warning("Variant %s was stuck and is handed out again", variant_id)
    hand_out(again)


@shared_task
def forget_idempotency_keys() -> None:
    sweep.forget_keys(now=timezone.now())


@shared_task
def prepare_asset(*, asset_id: str, **_later: object) -> None:
    """Prepare one media file, unless another worker has it or it is ready."""
    preparing.prepare(UUID(asset_id))


@shared_task
def sweep_stuck_assets() -> None:
    for asset_id in media_sweep.stuck(now=timezone.now()):
        logger.warning("Media file %s was stuck and is handed out again", asset_id)
        prepare_asset.apply_async(kwargs={"asset_id": str(asset_id)})


@shared_task
def purge_media() -> None:
    """Give up uploads that nobody went on with for a day, and delete what has been in the bin for 30 days."""
    now = timezone.now()
    receiving.expired(now=now)
    media_sweep.empty_bins(now=now)


def hand_out(variant_ids: Iterable[UUID], *, queue: str = "ai_interactive") -> None:
    """Tell the workers of variants that wait. When they cannot be told now, the sweep tells them within seconds."""
    nudges.send(write_variant, "variant_id", variant_ids, queue=queue)
