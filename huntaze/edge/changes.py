"""Bring the caches in front of us up to what changed. The rows are the truth: none is lost with a worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from accounts.models import PageChange
from huntaze.edge.caches import Cache
from huntaze.edge.failing import NotForgotten

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=30)
"""How long a worker has; after that another one tells the caches again, which does no harm."""
PAUSE: Final = timedelta(seconds=5)
"""After a cache did not do it."""
MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class Due:
    """Rows that a worker has taken, and how often their page was told of before."""

    id: int
    tag: str
    told: int


def spread(cache: Cache | None, *, now: datetime) -> int:
    """Tell the cache of all that is due, once for each page; return how many pages that were.

    Whatever it does not do is due again soon, for as long as it takes. Without a cache, nothing waits.
    """
    if cache is None:
        PageChange.objects.filter(due_at__lte=now).delete()
        return 0
    rows = take(cache, now=now)
    tags = sorted({row.tag for row in rows})
    if not tags:
        return 0
    try:
        cache.forget(tags)
    except NotForgotten as error:
        logger.error("Caches still show what changed on %d pages: %s", len(tags), error)
        PageChange.objects.filter(pk__in=[row.id for row in rows]).update(due_at=now + PAUSE)
        return 0
    settle(rows, cache, now=now)
    return len(tags)


def take(cache: Cache, *, now: datetime) -> list[Due]:
    """Take what is due and no other worker has. What came before the cache's first round waits for it."""
    with transaction.atomic():
        due = (
            PageChange.objects.select_for_update(skip_locked=True)
            .filter(due_at__lte=now, created_at__lte=now - cache.rounds[0])
            .order_by("due_at", "pk")
        )
        rows = [Due(*row) for row in due.values_list("pk", "tag", "told")[:MOST]]
        PageChange.objects.filter(pk__in=[row.id for row in rows]).update(due_at=now + LEASE)
    return rows


def settle(rows: list[Due], cache: Cache, *, now: datetime) -> None:
    last = len(cache.rounds) - 1
    PageChange.objects.filter(pk__in=[row.id for row in rows if row.told >= last]).delete()
    again = [row.id for row in rows if row.told < last]
    if again:
        # Of a cache with two rounds, every row that is told again is told for the second time.
        PageChange.objects.filter(pk__in=again).update(due_at=now + cache.rounds[1], told=F("told") + 1)


def touch(tag: str) -> None:
    """Have the caches forget the pages with a tag: for what no row of the database says."""
    PageChange.objects.create(tag=tag, transaction=0)
