"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from ai_routing import nudges
from ai_routing.team import sweep, worker

logger = logging.getLogger(__name__)

QUEUE: Final = "ai_bulk"
"""Nobody waits for a single step: a creator who waits for a text goes first."""


@shared_task
def run_step(*, step_id: str, **_later: object) -> None:
    """Do one step, and hand out those that follow from it. `_later` are arguments of newer senders."""
    hand_out(worker.work(UUID(step_id)))


@shared_task
def sweep_stuck_steps() -> None:
    again = sweep.stuck(now=timezone.now())
    for step_id in again:
        logger.warning("Step %s was stuck and is handed out again", step_id)
    hand_out(again)


def hand_out(step_ids: Iterable[UUID]) -> None:
    """Tell the workers of steps that wait. When they cannot be told now, the sweep tells them within seconds."""
    nudges.send(run_step, "step_id", step_ids, queue=QUEUE)
