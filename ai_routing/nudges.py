"""Tell the workers of work that waits. The row is the truth and the message only a nudge: a sweep makes up for lost ones."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from celery.app.task import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def send(task: Task[Any, Any], argument: str, ids: Iterable[UUID], *, queue: str) -> None:
    """Hand each of the ids to a worker, as the task's `argument`.

    What cannot be handed out now, because Valkey is away, waits for the sweep: it does so within seconds. Nobody waits
    here longer than for one attempt.
    """
    waiting = list(ids)
    for number, pk in enumerate(waiting):
        try:
            task.apply_async(kwargs={argument: str(pk)}, queue=queue, retry=False)
        except OperationalError as error:
            # The others would only wait for the same time-out.
            logger.warning("%s waits for the sweep (%s): %s", argument, error, ", ".join(map(str, waiting[number:])))
            return
