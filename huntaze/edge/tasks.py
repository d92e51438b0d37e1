"""Entry points of the workers."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from huntaze.edge import caches, changes

logger = logging.getLogger(__name__)


@shared_task
def purge_changed_pages() -> None:
    """Tell the caches in front of us of every page that changed, unless another worker is at it."""
    changes.spread(caches.configured(), now=timezone.now())


def heard() -> None:
    """Nudge a worker for what the present statement changed on a page; called by the database connection itself."""
    cache = caches.configured()
    if cache is None or not cache.at_once:
        return
    if connection.in_atomic_block:
        transaction.on_commit(nudge, robust=True)
    else:
        # The statement is its own transaction, and not over yet.
        nudge(countdown=0.1)


def nudge(countdown: float = 0) -> None:
    try:
        purge_changed_pages.apply_async(countdown=countdown, expires=30, retry=False)
    except OperationalError as error:
        logger.warning("A changed page waits for the sweep (%s)", error)
