"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from ai_routing import nudges
from content import sweep, writer

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


def hand_out(variant_ids: Iterable[UUID], *, queue: str = "ai_interactive") -> None:
    """Tell the workers of variants that wait. When they cannot be told now, the sweep tells them within seconds."""
    nudges.send(write_variant, "variant_id", variant_ids, queue=queue)
