"""Find what a dead worker, or a lost message, left behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_routing.models.work import Status
from content import ending
from content.models import IdempotencyKey, Variant

PATIENCE: Final = timedelta(seconds=15)
"""A variant that no worker took for this long is handed out again: its message may be lost."""

MOST_CLAIMS: Final = 3
"""A variant that killed this many workers is not given to another one."""

OLDEST: Final = timedelta(minutes=10)
"""A variant that is still waiting after this time is given up: whoever asked has gone."""

AT_MOST: Final = 200

KEYS_KEPT: Final = timedelta(hours=24)


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being written, and return what is to be handed out again."""
    variants = (
        Variant.objects.stuck(now=now, queued_before=now - PATIENCE)
        .select_related("generation")
        .order_by("queued_at", "pk")[:AT_MOST]
    )
    again = []
    for variant in variants:
        if variant.claim >= MOST_CLAIMS or variant.generation.created_at < now - OLDEST:
            ending.give_up(variant.pk, now=now)
            continue
        if variant.status == Status.WRITING:
            ending.put_back(variant.pk, now=now)
        else:
            # The next sweep leaves it alone for a while: the workers may only be busy.
            Variant.objects.filter(pk=variant.pk, status=Status.QUEUED).update(queued_at=now)
        again.append(variant.pk)
    return again


def forget_keys(*, now: datetime) -> int:
    """Delete idempotency keys that are older than 24 hours; return how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEYS_KEPT).delete()
    return deleted
