from __future__ import annotations

from smtplib import SMTPException
from typing import Final

from celery import shared_task
from django.contrib.sessions.models import Session as DjangoSession
from django.utils import timezone

from accounts import notifications, outbox, sign_in_links
from accounts.sessions import rows

MOST_TRIES: Final = 8


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


@shared_task
def purge_sign_in_links() -> None:
    sign_in_links.purge(timezone.now())


@shared_task(
    autoretry_for=(OSError, SMTPException),
    max_retries=MOST_TRIES,
    retry_backoff=2,
    retry_backoff_max=120,
    retry_jitter=True,
)
def deliver(sealed: str) -> None:
    """Send a mail that somebody waits for. While the mail server is away, it is tried again for some six minutes."""
    outbox.opened(sealed).send()
