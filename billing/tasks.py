from __future__ import annotations

import logging
from typing import Final

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from billing import (
    budget_alerts,
    budgets,
    comps,
    dunning,
    mailing,
    quota,
    quota_alerts,
    reconcile,
    stripe_events,
    subscriptions,
)

logger = logging.getLogger(__name__)

NUDGE_EXPIRES: Final = 60
"""Seconds after which the sweep has said the same again."""


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


@shared_task
def write_letters() -> None:
    """Note the letters that are due by time or by what was used, and mail all that wait."""
    now = timezone.now()
    dunning.note_due(now=now)
    quota_alerts.note_crossed(now=now)
    mailing.mail_pending(now=now)


@shared_task
def end_grace() -> None:
    """Take plans back whose renewal was not paid for so long that the grace is over."""
    if ended := subscriptions.expire(now=timezone.now()):
        logger.warning("Plans taken back after the grace: %d", ended)


@shared_task
def end_comps() -> None:
    """Take plans back that were given until yesterday."""
    comps.expire(now=timezone.now())


@shared_task
def reconcile_subscriptions() -> None:
    """Mend what is not as Stripe has it; each is an error in the log, for none should be."""
    reconcile.run(now=timezone.now())


@shared_task
def process_webhook(*, webhook_id: int, **_later: object) -> None:
    """Do what an event of Stripe's asks for, unless it is done, or another worker has it."""
    stripe_events.work(webhook_id, now=timezone.now())


@shared_task
def sweep_webhooks() -> None:
    """Hand out the events that wait: their worker died, Stripe or a database was away."""
    for webhook_id in stripe_events.due(now=timezone.now()):
        process_webhook.apply_async(kwargs={"webhook_id": webhook_id}, expires=NUDGE_EXPIRES)


def process_soon(webhook_id: int) -> None:
    """Tell the workers of an event that is committed. While the queue is away, the sweep does."""
    try:
        process_webhook.apply_async(kwargs={"webhook_id": webhook_id}, retry=False)
    except OperationalError as error:
        logger.warning("Webhook event %s waits for the sweep: %s", webhook_id, error)
