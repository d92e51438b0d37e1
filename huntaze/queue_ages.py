"""How long the oldest message of each queue has waited, as a line of the log for each.

CloudWatch makes a figure of the lines (infra/stacks/cluster.yaml), by which workers scale and alarms ring. The names
beside a line are therefore fixed: queue, seconds, waiting.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from ai_routing.streams import valkey
from huntaze.celery import app

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Age:
    """`seconds` is 0 where nothing waits."""

    queue: str
    seconds: float
    waiting: int


def ages(*, now: float) -> list[Age]:
    """Return the age of each queue. Raises redis.RedisError when the broker is away."""
    names = [queue.name for queue in app.conf.task_queues]
    with valkey().pipeline(transaction=False) as pipeline:
        for name in names:
            # kombu adds on the left and takes from the right.
            pipeline.lindex(name, -1)
            pipeline.llen(name)
        answers = pipeline.execute()
    return [
        Age(name, waited(oldest, now=now), waiting)
        for name, oldest, waiting in zip(names, answers[::2], answers[1::2], strict=True)
    ]


def waited(message: str | None, *, now: float) -> float:
    """Return how long a message has waited; 0 for none, and for one whose sender did not say when."""
    if message is None:
        return 0.0
    sent_at = json.loads(message)["headers"].get("sent_at", now)
    return max(0.0, now - float(sent_at))


def tell(*, now: float) -> None:
    """Log the age of each queue. Raises redis.RedisError when the broker is away."""
    for age in ages(now=now):
        told = {"queue": age.queue, "seconds": round(age.seconds, 1), "waiting": age.waiting}
        logger.info("%s %.1f %d", *told.values(), extra=told)
