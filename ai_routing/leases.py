"""Hold a piece of work as a worker does: take it, keep the lease, hear the stop, and let the sweep find what is stuck."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from ai_routing import connections
from ai_routing.models.work import Status, Work

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=20)
"""A worker that has not renewed its lease for this long is taken for dead."""

RENEW_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.5
"""How often a worker looks for a stop; the creator feels it as the delay of the button."""

OUTAGE_SECONDS: Final = 60.0
"""How long a finished text waits for the database to come back before the worker gives up and the sweep takes over."""

PATIENCE: Final = timedelta(seconds=15)
"""Work that no worker took for this long is handed out again: its message may be lost."""

MOST_CLAIMS: Final = 3
"""Work that killed this many workers is not given to another one."""

OLDEST: Final = timedelta(minutes=10)
"""Work that is still waiting after this time is given up: whoever asked has gone."""

AT_MOST: Final = 200

W = TypeVar("W", bound=Work)


def take(waiting: QuerySet[W], *, now: datetime) -> W | None:
    """Take the lease of the one row in `waiting`, in the caller's transaction; None when it waits no more."""
    held = waiting.filter(status=Status.QUEUED).select_for_update(of=("self",)).first()
    if held is None:
        return None
    held.status = Status.WRITING
    held.claim += 1
    held.lease_expires_at = now + LEASE
    held.save(update_fields=["status", "claim", "lease_expires_at"])
    return held


def held(work: W) -> QuerySet[W]:
    """Return the row of `work` as long as it is under the claim that `work` was taken with."""
    return under_claim(work).filter(status=Status.WRITING)


def under_claim(work: W) -> QuerySet[W]:
    rows: QuerySet[W] = type(work)._default_manager.all()
    return rows.filter(pk=work.pk, claim=work.claim)


def was_kept(work: Work) -> bool:
    """Tell whether the row ended by what was written under the very claim that `work` was taken with.

    Then the commit had succeeded, and only its confirmation got lost on the way.
    """
    return under_claim(work).filter(attempts__gt=0).exclude(finished_at=None).exists()


def finish(work: Work, ended: tuple[Status, str], *, now: datetime) -> None:
    """Fill in how a locked row ends: its status, and the error code of a failure. The caller saves it."""
    work.status, work.error_code = ended
    work.finished_at = now
    work.lease_expires_at = None


def is_abandoned(work: Work, *, now: datetime) -> bool:
    """Tell whether the worker that holds a locked row is taken for dead."""
    return work.status == Status.WRITING and work.lease_expires_at is not None and work.lease_expires_at <= now


def requeue(work: Work, *, now: datetime) -> None:
    """Let a locked row that was abandoned wait again. Its claim is kept: it counts the workers that died."""
    work.status = Status.QUEUED
    work.queued_at = now
    work.lease_expires_at = None
    work.save(update_fields=["status", "queued_at", "lease_expires_at"])


@dataclass(slots=True)
class Lease:
    """A worker's hold on a piece of work."""

    work: Work
    # Before the first word: a stop may have come while the work waited.
    looked_at: float = float("-inf")
    renewed_at: float = field(default_factory=monotonic)
    over: bool = False

    def stop_requested(self) -> bool:
        """Tell whether to stop: the creator asked for it, or another worker has taken over. Renews the lease too."""
        now = monotonic()
        if self.over or now - self.looked_at < LOOK_SECONDS:
            return self.over
        self.looked_at = now
        try:
            self.over = self.look(renew=now - self.renewed_at > RENEW_SECONDS)
        except connections.DATABASE_AWAY as error:
            logger.warning("The database is away, writing goes on: %s", type(error).__name__)
        finally:
            connections.give_back()
        return self.over

    def look(self, *, renew: bool) -> bool:
        row = held(self.work)
        if renew:
            row.update(lease_expires_at=timezone.now() + LEASE)
            self.renewed_at = monotonic()
        stops = row.values_list("stop_requested_at", flat=True)
        return list(stops) != [None]


def patiently(save: Callable[[], None]) -> None:
    """Save what was written, also when the database is away for a while."""
    give_up_at = monotonic() + OUTAGE_SECONDS
    while True:
        try:
            return save()
        except connections.DATABASE_AWAY as error:
            if monotonic() > give_up_at:
                raise
            logger.warning("The database is away, a finished text waits: %s", type(error).__name__)
            connections.give_back()
            sleep(1)


def sort_out(
    rows: Iterable[Any],
    *,
    asked_at: Callable[[Any], datetime],
    give_up: Callable[[UUID], None],
    put_back: Callable[[UUID], None],
    now: datetime,
    oldest: timedelta = OLDEST,
) -> list[UUID]:
    """Give up what cannot be finished or is older than `oldest`, put back what was being written, and return the rest.

    What is returned is to be handed out again. A row that cannot be sorted out is left to the next sweep.
    """
    again = []
    for row in rows:
        try:
            if row.claim >= MOST_CLAIMS or asked_at(row) < now - oldest:
                give_up(row.pk)
                continue
            if row.status == Status.WRITING:
                put_back(row.pk)
            else:
                # The next sweep leaves it alone for a while: the workers may only be busy.
                type(row).objects.filter(pk=row.pk, status=Status.QUEUED).update(queued_at=now)
        except Exception:
            # One row that nobody can sort out must not hold up those behind it.
            logger.exception("%s %s could not be sorted out", type(row).__name__, row.pk)
            continue
        again.append(row.pk)
    return again
