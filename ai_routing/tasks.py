from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from ai_routing import retention
from ai_routing.caching import store

AT_MOST = 5_000
"""Rows deleted in one go: a long transaction would hold up the others."""


@shared_task
def purge_expired() -> None:
    """Delete answers and prompts whose time is over."""
    now = timezone.now()
    store.purge_expired(now=now, at_most=AT_MOST)
    retention.purge(now=now, at_most=AT_MOST)
