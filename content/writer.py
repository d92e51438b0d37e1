"""Write one variant: claim it, ask the models, keep what they wrote. The body of a worker's job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from ai_routing import completion
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from content import brief, connections, ending, watching
from content.models import Generation, Variant

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=20)
"""A worker that has not renewed its lease for this long is taken for dead."""

RENEW_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.5
"""How often a worker looks for a stop; the creator feels it as the delay of the button."""

OUTAGE_SECONDS: Final = 60.0
"""How long a finished text waits for the database to come back before the worker gives up and the sweep takes over."""

DATABASE_AWAY: Final = (OperationalError, InterfaceError)


def write(variant_id: UUID) -> None:
    """Write the variant, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    variant = claim(variant_id, now=timezone.now())
    if variant is None:
        return
    generation = variant.generation
    job = brief.job(generation.user, generation)
    route = completion.Route.from_json(generation.decision)
    desk = Desk(variant, Publisher(watching.key(generation.pk)))
    desk.announce("restarted" if variant.claim > 1 else "writing")
    # The connection goes back to the pool: hundreds of variants share a few of them while they wait for models.
    connections.give_back()
    result = completion.run(job, route, sink=desk, stop_requested=desk.stop_requested)
    patiently(lambda: ending.end(variant, job, route, result, now=timezone.now()))


def claim(variant_id: UUID, *, now: datetime) -> Variant | None:
    """Take the lease of a waiting variant; return it with its generation and user, or None when it is not waiting."""
    with transaction.atomic():
        waiting = Variant.objects.filter(pk=variant_id, status=Status.QUEUED)
        # The generation's row is locked before its variants', here and everywhere.
        Generation.objects.filter(variants__in=waiting, status=Status.QUEUED).update(status=Status.WRITING)
        variant = waiting.select_for_update().first()
        if variant is None:
            return None
        variant.status = Status.WRITING
        variant.claim += 1
        variant.lease_expires_at = now + LEASE
        variant.save(update_fields=["status", "claim", "lease_expires_at"])
    return Variant.objects.select_related("generation__user").get(pk=variant_id)


def patiently(save: Callable[[], None]) -> None:
    """Save what was written, also when the database is away for a while."""
    give_up_at = monotonic() + OUTAGE_SECONDS
    while True:
        try:
            return save()
        except DATABASE_AWAY as error:
            if monotonic() > give_up_at:
                raise
            logger.warning("The database is away, a finished text waits: %s", type(error).__name__)
            connections.give_back()
            sleep(1)


@dataclass(slots=True)
class Desk:
    """Where a worker writes: sends the words on, renews the lease, and hears the stop."""

    variant: Variant
    publisher: Publisher
    # Before the first word: a stop may have come while the variant waited.
    looked_at: float = float("-inf")
    renewed_at: float = field(default_factory=monotonic)
    over: bool = False

    def token(self, text: str) -> None:
        self.publisher.publish("token", {"variant": self.variant.index, "claim": self.variant.claim, "text": text})

    def restart(self) -> None:
        self.announce("restarted")

    def announce(self, state: str) -> None:
        self.publisher.publish("progress", {"variant": self.variant.index, "claim": self.variant.claim, "state": state})

    def stop_requested(self) -> bool:
        """Tell whether to stop: the creator asked for it, or another worker has taken over."""
        now = monotonic()
        if self.over or now - self.looked_at < LOOK_SECONDS:
            return self.over
        self.looked_at = now
        try:
            self.over = self.look(renew=now - self.renewed_at > RENEW_SECONDS)
        except DATABASE_AWAY as error:
            logger.warning("The database is away, writing goes on: %s", type(error).__name__)
        finally:
            connections.give_back()
        return self.over

    def look(self, *, renew: bool) -> bool:
        held = Variant.objects.filter(pk=self.variant.pk, claim=self.variant.claim, status=Status.WRITING)
        if renew:
            held.update(lease_expires_at=timezone.now() + LEASE)
            self.renewed_at = monotonic()
        stops = held.values_list("stop_requested_at", flat=True)
        return list(stops) != [None]
