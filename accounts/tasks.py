from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts import notifications


@shared_task
def purge_notifications() -> None:
    while notifications.purge(timezone.now()) == notifications.PURGED_AT_ONCE:
        pass
