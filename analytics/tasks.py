from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from analytics import partitions
from analytics.rollups import cleaning, running

# The next one is sent a minute after this one.
LONGEST = timedelta(seconds=45)


@shared_task
def ensure_event_partitions() -> None:
    now = timezone.now()
    partitions.ensure(now=now)
    partitions.adopt(now=now)


@shared_task
def roll_up() -> None:
    running.run_all(timezone.now, until=timezone.now() + LONGEST)


@shared_task
def clean_figures() -> None:
    cleaning.clean(now=timezone.now())
