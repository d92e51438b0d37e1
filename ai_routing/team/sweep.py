"""Find what a dead worker, or a lost message, left behind."""

from __future__ import annotations

import functools
import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from ai_routing import leases
from ai_routing.models import Run, Step
from ai_routing.models.work import UNDER_WAY
from ai_routing.team import ending, stages

logger = logging.getLogger(__name__)

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
    return [*again, *following, *moved_on(now=now)]


def moved_on(*, now: datetime) -> list[UUID]:
    """Move on the runs whose worker died between the end of a step and what follows, and return the steps begun."""
    under_way = Step.objects.filter(run=OuterRef("pk"), status__in=UNDER_WAY)
    runs = Run.objects.filter(~Exists(under_way), status=Run.Status.RUNNING).order_by("created_at")
    begun: list[UUID] = []
    for run_id in runs.values_list("pk", flat=True)[: leases.AT_MOST]:
        try:
            begun.extend(stages.move_on(run_id, now=now))
        except Exception:
            # One run that cannot be moved on must not hold up those behind it.
            logger.exception("Run %s could not be moved on", run_id)
    return begun
