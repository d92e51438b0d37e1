from __future__ import annotations

import logging

import redis
from celery import shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from analytics import partitions
from analytics.ingest import reading

logger = logging.getLogger(__name__)


@shared_task
def ensure_event_partitions() -> None:
    partitions.ensure(now=timezone.now())


@shared_task
def ingest_visits() -> None:
    """Store what waits in the stream. While Valkey or PostgreSQL is away it waits longer."""
    try:
        reading.run()
    except (redis.RedisError, OperationalError, InterfaceError) as error:
        logger.warning("Visits wait in the stream: %s", type(error).__name__)
