"""The minute's round: what is measured is told to Valkey first, so that it is kept also while PostgreSQL is away."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import redis
from opentelemetry import metrics

from ai_routing import connections
from huntaze.observability import alarms, components, gauges, minutes

logger = logging.getLogger(__name__)

GAUGE: Final = "huntaze.gauge"
COMPONENT: Final = "huntaze.component.up"

meter = metrics.get_meter("huntaze")
gauge = meter.create_gauge(GAUGE, "1", "What is measured once a minute, by name")
standing = meter.create_gauge(COMPONENT, "1", "How a part stands: 1 well, 0.5 in part, 0 down, by component")
HEIGHTS: Mapping[components.State, float] = {
    components.State.UP: 1.0,
    components.State.DEGRADED: 0.5,
    components.State.DOWN: 0.0,
}


def look(*, now: datetime) -> None:
    """Do the round. Raises django.db.Error when PostgreSQL is away, after what is known has been told to Valkey."""
    figures = gauges.measure(now=now)
    states = found(figures, now=now)
    fields = {f"gauge|{name}": f"{value:g}" for name, value in figures.items()}
    fields |= {f"component|{name}": str(state) for name, state in states.items()}
    try:
        minutes.tell(fields, now=now)
    except redis.RedisError as error:
        logger.warning("A minute is not told: %s", type(error).__name__)
        return
    for name, value in figures.items():
        gauge.set(value, {"name": name})
    for name, state in states.items():
        standing.set(HEIGHTS[state], {"component": name})
    minutes.store(now=now)
    alarms.run(now=now)


def found(figures: Mapping[str, float], *, now: datetime) -> dict[str, components.State]:
    """Return how the parts stand, by what was measured in so far as the database has it."""
    try:
        return components.look(figures, now=now)
    except connections.DATABASE_AWAY:
        return {"database": components.State.DOWN}
