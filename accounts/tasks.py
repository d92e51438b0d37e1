from __future__ import annotations

from celery import shared_task
from django.contrib.sessions.models import Session as DjangoSession
from django.utils import timezone

from accounts import notifications
from accounts.sessions import rows


@shared_task
def purge_sessions() -> None:
    """Delete sessions that have been over for long, and what Django keeps of browsers that never came back."""
    while rows.purge(timezone.now()) == rows.PURGED_AT_ONCE:
        pass
    DjangoSession.objects.filter(expire_date__lt=timezone.now()).delete()


@shared_task
def purge_notifications() -> None:
    while notifications.purge(timezone.now()) == notifications.PURGED_AT_ONCE:
        pass
