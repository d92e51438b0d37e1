"""Ask for a text, and stop asking."""

from __future__ import annotations

import functools
from datetime import datetime

from django.db import transaction

from accounts.models import User
from ai_routing import completion
from ai_routing.models.work import UNDER_WAY, Status
from analytics import events
from content import brief as briefs
from content import tasks
from content.models import Content, Generation, Kind, Variant


def request(
    user: User, brief: briefs.Brief, *, now: datetime, bulk: bool = False, content: Content | None = None
) -> Generation:
    """Set the quota aside, store the request and its variants, and hand them to the workers.

    `content` is the draft that it is for; without one, the first text that comes becomes a content of its own.

    Raises billing.quota.QuotaExhausted, billing.quota.PlanRequired, and ai_routing.routing.NoDeployment.
    """
    job = briefs.job(user, brief)
    route = completion.route(job)
    with transaction.atomic():
        reservations = completion.admit_each(job, route, times=brief.variants, now=now)
        generation = Generation.objects.create(
            user=user,
            content=content,
            kind=brief.kind,
            source=brief.source,
            channel=brief.channel,
            beside=brief.beside,
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
        if content is not None and brief.kind == Kind.TEXT and content.voice_id != generation.voice_id:
            Content.objects.filter(pk=content.pk).update(voice=generation.voice)
        queue = "ai_bulk" if bulk else "ai_interactive"
        waiting = [variant.pk for variant in variants]
        transaction.on_commit(functools.partial(tasks.hand_out, waiting, queue=queue))
    return generation


def stop(generation: Generation, *, now: datetime) -> None:
    """Ask the workers to stop writing. What is written so far is kept and charged; repeated, it changes nothing."""
    Variant.objects.filter(generation=generation, status__in=UNDER_WAY, stop_requested_at=None).update(
        stop_requested_at=now
    )
    # A worker ends those that nobody began, too: one place settles.
    tasks.hand_out(Variant.objects.filter(generation=generation, status=Status.QUEUED).values_list("pk", flat=True))
