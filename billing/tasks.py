from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from billing import quota

logger = logging.getLogger(__name__)


@shared_task
def release_expired_reservations() -> None:
    if released := quota.release_expired(now=timezone.now()):
        logger.warning("Released expired reservations: %d", released)
