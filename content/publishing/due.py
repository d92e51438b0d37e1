"""What is due, and what a dead worker left behind."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from content.models import Publication
from content.publishing import adapters, ending
from content.publishing.adapters import Failed

logger = logging.getLogger(__name__)

State = Publication.State

LEASE: Final = timedelta(minutes=2)
"""A worker that has held a publication for this long is taken for dead."""

AT_MOST: Final = 500


def waiting(*, now: datetime) -> list[UUID]:
    """Return the publications whose time has come, those that wait longest first. Handing one out twice is harmless.

    Those of creators who are leaving wait: who stays after all finds them where they were.
    """
    rows = Publication.objects.filter(state=State.SCHEDULED, attempt_at__lte=now, user__leaves_at=None)
    return list(rows.order_by("attempt_at", "pk").values_list("pk", flat=True)[:AT_MOST])


def recover(*, now: datetime) -> int:
    """Take publications back from workers that died, and return how many. Each is tried again where that is safe."""
    stuck = Publication.objects.filter(state=State.PUBLISHING, lease_expires_at__lte=now)
    found = 0
    for publication in stuck.order_by("lease_expires_at", "pk")[:AT_MOST]:
        try:
            found += take_back(publication, now=now)
        except Exception:
            # One row that nobody can sort out must not hold up those behind it.
            logger.exception("Publication %s could not be taken back", publication.pk)
    return found


def take_back(publication: Publication, *, now: datetime) -> bool:
    repeatable = adapters.of(publication.channel).is_repeatable
    outcome = Failed("worker_lost" if repeatable else "unknown_outcome", may_pass=repeatable)
    logger.warning("Publication %s was left by its worker (%s)", publication.pk, outcome.code)
    return ending.end(publication, outcome, now=now)


def claim(publication_id: UUID, *, now: datetime) -> Publication | None:
    """Take the lease of a publication that is due; return it, or None when it is not due or another worker has it."""
    with transaction.atomic():
        row = (
            Publication.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=publication_id, state=State.SCHEDULED, attempt_at__lte=now, user__leaves_at=None)
            .first()
        )
        if row is None:
            return None
        row.state = State.PUBLISHING
        row.claim += 1
        row.attempts += 1
        row.lease_expires_at = now + LEASE
        row.save(update_fields=["state", "claim", "attempts", "lease_expires_at"])
    return Publication.objects.select_related("content__user", "user").get(pk=publication_id)
