from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from billing import budget_alerts, budgets, comps, dunning, mailing, quota, quota_alerts, reconcile, subscriptions

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
