from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from analytics import partitions


@shared_task
def ensure_event_partitions() -> None:
    partitions.ensure(now=timezone.now())
