from __future__ import annotations

from smtplib import SMTPException
from typing import Final
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts import outbox, sign_in_links
from accounts.privacy import erasing, exporting, retention

MOST_TRIES: Final = 8


@shared_task
def apply_retention() -> None:
    retention.apply(now=timezone.now())


@shared_task
def prepare_export(export_id: str) -> None:
    exporting.prepare(UUID(export_id), now=timezone.now())
    exporting.mail_ready(now=timezone.now())


@shared_task
def sweep_exports() -> None:
    now = timezone.now()
    for export_id in exporting.waiting(now=now):
        prepare_export.delay(str(export_id))
    exporting.mail_ready(now=now)


@shared_task
def erase_account(erasure_id: str) -> None:
    erasing.run(UUID(erasure_id), now=timezone.now())
    erasing.mail_receipts(now=timezone.now())


@shared_task
def sweep_erasures() -> None:
    now = timezone.now()
    erasing.close_due(now=now)
    for erasure_id in erasing.settled(now=now):
        erase_account.delay(str(erasure_id))
    erasing.mail_receipts(now=now)


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
