"""Read a voice's samples: hold the work, keep what a model proposes. The body of a worker's job."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai_routing import attempts, completion, connections, leases
from ai_routing.jobs import Job, Route
from ai_routing.models.work import Status
from billing import quota
from content.models import VoiceReading
from content.voices import proposals


def work(reading_id: UUID) -> None:
    """Do the work, unless it has ended or another worker holds it. Safe to repeat, and to kill at any point."""
    reading = claim(reading_id, now=timezone.now())
    if reading is None:
        return
    job, route = proposals.job(reading), Route.from_json(reading.decision)
    connections.give_back()
    result = completion.run(job, route, sink=attempts.Unread(), stop_requested=leases.Lease(reading).stop_requested)
    leases.patiently(lambda: end(reading, job, route, result, now=timezone.now()))


def claim(reading_id: UUID, *, now: datetime) -> VoiceReading | None:
    """Take the lease of a waiting reading; return it with its voice and user, or None when it is not waiting."""
    with transaction.atomic():
        if leases.take(VoiceReading.objects.filter(pk=reading_id), now=now) is None:
            return None
    return VoiceReading.objects.select_related("voice__user").get(pk=reading_id)


def locked(reading_id: UUID) -> VoiceReading | None:
    """Return the reading with its voice, locked; None when the voice is gone for good."""
    rows = VoiceReading.objects.select_related("voice__user").select_for_update(of=("self",))
    return rows.filter(pk=reading_id).first()


def end(reading: VoiceReading, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Keep what a model proposes, and charge it. A worker that lost its claim changes nothing but the ledger."""
    account: dict[str, Any] = {"reservation_id": reading.reservation_id, "reference": reading.pk, "now": now}
    with transaction.atomic():
        held = locked(reading.pk)
        if held is None:
            completion.settle_late(job, route, result, **account)
        elif held.claim == reading.claim and held.status == Status.WRITING:
            keep(held, job, route, result, now=now)
        elif not leases.was_kept(reading):
            completion.late(job, route, result, **account)


def keep(held: VoiceReading, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Store a locked reading's end, and charge its proposal, unless it cannot be used."""
    ended = completion.status_of(result)
    if ended[0] == Status.DONE:
        try:
            held.proposal = proposals.read(result.text, held.texts)
        except proposals.UnusableAnswer:
            ended = Status.FAILED, "bad_answer"
    is_unusable = result.answered and not held.proposal
    settled = completion.unusable if is_unusable else completion.settle
    bill = settled(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    leases.finish(held, ended, now=now)
    held.save()


def give_up(reading_id: UUID, *, now: datetime) -> None:
    """Fail a reading that no worker could finish, and close its reservation."""
    with transaction.atomic():
        held = locked(reading_id)
        if held is None or held.ended:
            return
        was_written = held.status == Status.WRITING
        leases.finish(held, (Status.FAILED, "ai_unavailable"), now=now)
        held.save()
        if was_written:
            tell_of_lost_call(held, reservation_id=held.reservation_id, now=now)
        else:
            quota.release(held.reservation_id, now=now)


def put_back(reading_id: UUID, *, now: datetime) -> None:
    """Return a reading whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        held = locked(reading_id)
        if held is not None and leases.is_abandoned(held, now=now):
            leases.requeue(held, now=now)
            tell_of_lost_call(held, now=now)


def tell_of_lost_call(reading: VoiceReading, *, now: datetime, reservation_id: int | None = None) -> None:
    job, route = proposals.job(reading), Route.from_json(reading.decision)
    completion.lost(job, route, reservation_id=reservation_id, reference=reading.pk, now=now)


def stuck(*, now: datetime) -> list[UUID]:
    """Give up what cannot be finished, put back what was being read, and return what is to be handed out again."""
    rows = VoiceReading.objects.stuck(now=now, queued_before=now - leases.PATIENCE).order_by("queued_at", "pk")
    return leases.sort_out(
        rows[: leases.AT_MOST],
        asked_at=lambda reading: reading.created_at,
        give_up=functools.partial(give_up, now=now),
        put_back=functools.partial(put_back, now=now),
        now=now,
    )
