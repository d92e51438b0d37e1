"""Ask for a text, and stop asking."""

from __future__ import annotations

import functools
import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.models import User
from ai_routing import completion
from ai_routing.models.work import UNDER_WAY, Status
from analytics import events
from content import brief as briefs
from content import tasks
from content.models import Generation, Variant

logger = logging.getLogger(__name__)


def request(user: User, brief: briefs.Brief, *, now: datetime, bulk: bool = False) -> Generation:
    """Set the quota aside, store the request and its variants, and hand them to the workers.

    Raises billing.quota.QuotaExhausted, billing.quota.PlanRequired, and ai_routing.routing.NoDeployment.
    """
    job = briefs.job(user, brief)
    route = completion.route(job)
    with transaction.atomic():
        reservations = completion.admit_each(job, route, times=brief.variants, now=now)
        generation = Generation.objects.create(
            user=user,
            prompt=brief.prompt,
            task_type=brief.task_type,
            platform=brief.platform,
            language=brief.language,
            tone=brief.tone,
            voice=brief.voice,
            voice_version=brief.voice_version,
            compares=brief.compares,
            length=brief.length,
            critical=route.critical,
            fresh=brief.fresh,
            decision=route.as_json(),
            created_at=now,
        )
        # One by one: bulk_create() does not return ids that the database made.
        variants = [
            Variant.objects.create(generation=generation, index=index, reservation=reservation, queued_at=now)
            for index, reservation in enumerate(reservations)
        ]
        events.record(
            "generation.requested",
            user_id=user.pk,
            data={
                "generation_id": str(generation.pk),
                "task_type": generation.task_type,
                "variants": brief.variants,
                "plan": user.tier,
                "credits_reserved": sum(reservation.credits for reservation in reservations),
            },
            now=now,
        )
        queue = "ai_bulk" if bulk else "ai_interactive"
        for variant in variants:
            transaction.on_commit(functools.partial(enqueue, variant.pk, queue=queue))
    return generation


def enqueue(variant_id: UUID, *, queue: str = "ai_interactive") -> None:
    """Tell the workers of a variant. When they cannot be told now, the sweep tells them within seconds."""
    try:
        tasks.write_variant.apply_async(kwargs={"variant_id": str(variant_id)}, queue=queue, retry=False)
    except OperationalError as error:
        logger.warning("Variant %s waits for the sweep: %s", variant_id, error)


def stop(generation: Generation, *, now: datetime) -> None:
    """Ask the workers to stop writing. What is written so far is kept and charged; repeated, it changes nothing."""
    Variant.objects.filter(generation=generation, status__in=UNDER_WAY, stop_requested_at=None).update(
        stop_requested_at=now
    )
    for variant_id in Variant.objects.filter(generation=generation, status=Status.QUEUED).values_list("pk", flat=True):
        # A worker ends it properly: one place settles.
        enqueue(variant_id)
