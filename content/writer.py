"""Write one variant: claim it, ask the models, keep what they wrote. The body of a worker's job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import completion, connections, leases
from ai_routing.jobs import Route
from ai_routing.models.work import Status
from ai_routing.streams import Publisher
from content import brief, ending, watching
from content.models import Generation, Variant


def write(variant_id: UUID) -> None:
    """Write the variant, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    variant = claim(variant_id, now=timezone.now())
    if variant is None:
        return
    generation = variant.generation
    job = brief.job(generation.user, generation, index=variant.index)
    route = Route.from_json(generation.decision)
    desk = Desk(variant, Publisher(watching.key(generation.pk)))
    desk.announce("restarted" if variant.claim > 1 else "writing")
    # The connection goes back to the pool: hundreds of variants share a few of them while they wait for models.
    connections.give_back()
    result = completion.run(job, route, sink=desk, stop_requested=leases.Lease(variant).stop_requested)
    leases.patiently(lambda: ending.end(variant, job, route, result, now=timezone.now()))


def claim(variant_id: UUID, *, now: datetime) -> Variant | None:
    """Take the lease of a waiting variant; return it with its generation and user, or None when it is not waiting."""
    with transaction.atomic():
        waiting = Variant.objects.filter(pk=variant_id, status=Status.QUEUED)
        # The generation's row is locked before its variants', here and everywhere.
        Generation.objects.filter(variants__in=waiting, status=Status.QUEUED).update(status=Status.WRITING)
        variant: Variant | None = leases.take(waiting, now=now)
        if variant is None:
            return None
    return Variant.objects.select_related("generation__user", "generation__voice").get(pk=variant_id)


@dataclass(slots=True)
class Desk:
    """Where a worker writes: sends the words on to whoever watches."""

    variant: Variant
    publisher: Publisher

    def token(self, text: str) -> None:
        self.publisher.publish("token", {"variant": self.variant.index, "claim": self.variant.claim, "text": text})

    def restart(self) -> None:
        self.announce("restarted")

    def announce(self, state: str) -> None:
        self.publisher.publish("progress", {"variant": self.variant.index, "claim": self.variant.claim, "state": state})
