"""Entry points of the workers. They take ids: the row is the truth, the message only a nudge."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from ai_routing import nudges
from ai_routing.assistant import answering, sweep

logger = logging.getLogger(__name__)


@shared_task
def answer_turn(*, turn_id: str, **_later: object) -> None:
    """Answer one question, unless another worker has it or it has ended. `_later` are arguments of newer senders."""
    answering.answer(UUID(turn_id))


@shared_task
def sweep_stuck_turns() -> None:
    again = sweep.stuck(now=timezone.now())
    for turn_id in again:
        logger.warning("Turn %s was stuck and is handed out again", turn_id)
    hand_out(again)


def hand_out(turn_ids: Iterable[UUID]) -> None:
    """Tell the workers of turns that wait. When they cannot be told now, the sweep tells them within seconds."""
    nudges.send(answer_turn, "turn_id", turn_ids, queue="ai_interactive")
