"""What is measured once a minute, by whoever looks: queues, webhooks, spend, breakers, backups, open work.

Each figure is one bounded query. One that cannot be had, because what it asks is away, is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import redis
from django.db import DatabaseError
from django.db.models import Min, Sum

from ai_routing import breaker, catalogue
from ai_routing.models import LedgerEntry
from billing.models import WebhookEvent
from content.models import Review
from huntaze import queue_ages
from huntaze.observability.models import Mark

logger = logging.getLogger(__name__)

BACKUP: Final = "backup"
Figures = dict[str, float]


def measure(*, now: datetime) -> Figures:
    """Return every figure that can be had now, by its name."""
    found: Figures = {}
    for name, source in SOURCES.items():
        try:
            found.update(source(now))
        except (DatabaseError, redis.RedisError) as error:
            logger.warning("Not measured: %s (%s)", name, type(error).__name__)
    return found


def of_queues(now: datetime) -> Figures:
    found: Figures = {}
    for age in queue_ages.ages(now=now.timestamp()):
        found[f"queue.age.{age.queue}"] = age.seconds
        found[f"queue.depth.{age.queue}"] = age.waiting
    return found


def of_webhooks(now: datetime) -> Figures:
    """Return how long the oldest has waited that is not done; what is tried again counts from when it came."""
    oldest = WebhookEvent.objects.filter(processed_at=None).aggregate(oldest=Min("received_at"))["oldest"]
    return {"webhook.lag": (now - oldest).total_seconds() if oldest else 0.0}


def of_spend(now: datetime) -> Figures:
    """Return what models have cost since midnight UTC, and what they would have cost on GPT-4o, in US dollars."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    sums = LedgerEntry.objects.filter(created_at__gte=midnight).aggregate(
        cost=Sum("cost_micro_usd"), baseline=Sum("baseline_micro_usd")
    )
    cost, baseline = (float(sums[name] or 0) / 1_000_000 for name in ("cost", "baseline"))
    return {"ai.cost_today": cost, "ai.baseline_today": baseline}


def of_breakers(_now: datetime) -> Figures:
    """Return, of each tier, which share of its deployments may be asked, in percent."""
    states = {state.deployment: state.state for state in breaker.states(catalogue.configured())}
    if not states:
        return {}
    found: Figures = {}
    for tier in catalogue.Tier:
        chain = [states[each] for each in catalogue.chain(tier) if each in states]
        if chain:
            found[f"ai.able.{tier}"] = 100 * sum(state is not breaker.State.OPEN for state in chain) / len(chain)
    return found


def of_backups(now: datetime) -> Figures:
    """Return the age of the last backup in hours; nothing where `note_backup` was never called."""
    mark = Mark.objects.filter(name=BACKUP).first()
    return {"backup.age": (now - mark.at) / timedelta(hours=1)} if mark else {}


def of_reviews(_now: datetime) -> Figures:
    """Return how many creators wait for an operator's word on an objection."""
    waiting = Review.objects.filter(appealed_at__isnull=False, decision="")
    return {"reviews.waiting": float(waiting.count())}


SOURCES: Final[Mapping[str, Callable[[datetime], Figures]]] = {
    "queues": of_queues,
    "webhooks": of_webhooks,
    "spend": of_spend,
    "breakers": of_breakers,
    "backups": of_backups,
    "reviews": of_reviews,
}
