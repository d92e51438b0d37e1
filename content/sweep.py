"""Find what a dead worker, or a lost message, left behind."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_routing import leases
from content import ending
from content.models import IdempotencyKey, Variant

KEYS_KEPT: Final = timedelta(hours=24)


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being written, and return what is to be handed out again."""
    variants = (
        Variant.objects.stuck(now=now, queued_before=now - leases.PATIENCE)
        .select_related("generation")
        .order_by("queued_at", "pk")[: leases.AT_MOST]
    )
    return leases.sort_out(
        variants,
        asked_at=lambda variant: variant.generation.created_at,
        give_up=functools.partial(ending.give_up, now=now),
        put_back=functools.partial(ending.put_back, now=now),
        now=now,
    )


def forget_keys(*, now: datetime) -> int:
    """Delete idempotency keys that are older than 24 hours; return how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT).delete()
    return deleted
