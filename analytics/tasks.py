from __future__ import annotations

import logging
from datetime import timedelta

import redis
from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from analytics import partitions
from analytics.ingest import reading
from analytics.rollups import cleaning, running

logger = logging.getLogger(__name__)

# The next one is sent a minute after this one.
LONGEST = timedelta(seconds=45)


@shared_task
def ensure_event_partitions() -> None:
    now = timezone.now()
    partitions.ensure(now=now)
    partitions.adopt(now=now)


@shared_task
def ingest_visits() -> None:
    """Store what waits in the stream. While Valkey or PostgreSQL is away it waits longer."""
    try:
        reading.run()
    except (redis.RedisError, OperationalError, InterfaceError) as error:
        logger.warning("Visits wait in the stream: %s", type(error).__name__)


@shared_task
def roll_up() -> None:
    running.run_all(timezone.now, until=timezone.now() + LONGEST)


@shared_task
def clean_figures() -> None:
    cleaning.clean(now=timezone.now())
