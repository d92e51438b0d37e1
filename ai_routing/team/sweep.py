"""Find what a dead worker, or a lost message, left behind."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ai_routing import leases
from ai_routing.models import Step
from ai_routing.team import ending

OLDEST: Final = timedelta(hours=6)
"""A step waits behind what people wait for, through a long outage too; after this time its run is no longer wanted."""


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was under way, and return all steps that are to be handed out."""
    steps = Step.objects.stuck(now=now, queued_before=now - leases.PATIENCE).order_by("queued_at", "pk")
    following: list[UUID] = []
    again = leases.sort_out(
        steps[: leases.AT_MOST],
        asked_at=lambda step: step.created_at,
        give_up=lambda step_id: following.extend(ending.give_up(step_id, now=now)),
        put_back=functools.partial(ending.put_back, now=now),
        now=now,
        oldest=OLDEST,
    )
    return [*again, *following]
