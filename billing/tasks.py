from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from billing import budget_alerts, budgets, quota

logger = logging.getLogger(__name__)


@shared_task
def release_expired_reservations() -> None:
    if released := quota.release_expired(now=timezone.now()):
        logger.warning("Released expired reservations: %d", released)


@shared_task
def watch_budgets() -> None:
    """Open the periods that all share, note what a lowered limit has passed, and mail the alerts that are waiting."""
    now = timezone.now()
    budgets.open_shared_periods(now=now)
    budget_alerts.note_overtaken(now=now)
    budget_alerts.mail_pending(now=now)
