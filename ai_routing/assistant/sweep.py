"""Find the turns that a dead worker, or a lost message, left behind."""

from __future__ import annotations

import functools
from datetime import datetime
from uuid import UUID

from ai_routing import leases
from ai_routing.assistant import ending
from ai_routing.models import Turn


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being written, and return what is to be handed out again."""
    turns = Turn.objects.stuck(now=now, queued_before=now - leases.PATIENCE).order_by("queued_at", "pk")
    return leases.sort_out(
        turns[: leases.AT_MOST],
        asked_at=lambda turn: turn.created_at,
        give_up=functools.partial(ending.give_up, now=now),
        put_back=functools.partial(ending.put_back, now=now),
        now=now,
    )
