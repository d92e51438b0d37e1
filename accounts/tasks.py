from __future__ import annotations

from smtplib import SMTPException
from typing import Final

from celery import shared_task
from django.utils import timezone

from accounts import notifications, outbox, sign_in_links

MOST_TRIES: Final = 8


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
