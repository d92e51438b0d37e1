"""What the clock starts: a look at everything each minute, and forgetting."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from huntaze.observability import looking, minutes


@shared_task
def look() -> None:
    """Measure, ask the parts, store what was counted, and ring where it must. Safe to repeat."""
    looking.look(now=timezone.now())


@shared_task
def forget_measurements() -> None:
    minutes.forget(now=timezone.now())
