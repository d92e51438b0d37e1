"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from content import sweep, writer

logger = logging.getLogger(__name__)


@shared_task
def write_variant(*, variant_id: str, **_later: object) -> None:
    """Write one variant, unless another worker has it or it has ended. `_later` are arguments of newer senders."""
    writer.write(UUID(variant_id))


@shared_task
def sweep_stuck_variants() -> None:
    for variant_id in sweep.stuck(now=timezone.now()):
        logger.warning("Variant %s was stuck and is handed out again", variant_id)
        write_variant.apply_async(kwargs={"variant_id": str(variant_id)})


@shared_task
def forget_idempotency_keys() -> None:
    sweep.forget_keys(now=timezone.now())
