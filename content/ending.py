"""Bring a variant to its end: text, charge, ledger and events in one transaction, and the generation with the last one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ai_routing import completion, drafts, leases
from ai_routing.jobs import Job, Route
from ai_routing.models.work import UNDER_WAY, Status
from ai_routing.streams import Publisher
from analytics import events
from billing import quota
from content import brief, posts, watching
from content.models import Generation, Kind, Variant


def end(
    variant: Variant,
    job: Job,
    route: Route,
    result: completion.Completion,
    *,
    now: datetime,
) -> None:
    """Keep what a worker wrote, and charge it.

    A worker that lost its claim changes nothing but the ledger, which says that the call was made and charged nobody.
    """
    with transaction.atomic():
        generation = locked(variant.generation_id)
        held = leases.held(variant).select_for_update().first()
        if held is not None:
            keep(generation, held, job, route, result, now=now)
        elif not leases.was_kept(variant):
            completion.late(job, route, result, reservation_id=variant.reservation_id, reference=variant.pk, now=now)


def keep(
    generation: Generation, held: Variant, job: Job, route: Route, result: completion.Completion, *, now: datetime
) -> None:
    """Store what was written for a locked variant, and charge it, last: from then on the creator's quota is locked."""
    held.body = result.text
    leases.finish(held, ended(result), now=now)
    is_last = close_with(generation, held, now=now)
    bill = completion.settle(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
    completion.fill(held, result, bill)
    store(generation, held, is_last=is_last)


def ended(result: completion.Completion) -> tuple[Status, str]:
    """Return how a version ends: what would not keep to the creator's words is told as that, and not as an outage."""
    status, error_code = completion.status_of(result)
    if status == Status.FAILED and drafts.DraftFault.NEVER_SAY in result.last.faults:
        return status, "voice_not_kept"
    return status, error_code


def locked(generation_id: UUID) -> Generation:
    """Return the generation with its user, locked: before its variants, here and everywhere."""
    return Generation.objects.select_related("user").select_for_update(of=("self",)).get(pk=generation_id)


def give_up(variant_id: UUID, *, now: datetime) -> None:
    """Fail a variant that no worker could finish, and close its reservation."""
    with transaction.atomic():
        generation = locked(Variant.objects.values("generation").get(pk=variant_id)["generation"])
        variant = Variant.objects.select_for_update().get(pk=variant_id)
        if variant.ended:
            return
        was_written = variant.status == Status.WRITING
        leases.finish(variant, (Status.FAILED, "ai_unavailable"), now=now)
        is_last = close_with(generation, variant, now=now)
        if was_written:
            tell_of_lost_call(generation, variant, reservation_id=variant.reservation_id, now=now)
        else:
            quota.release(variant.reservation_id, now=now)
        store(generation, variant, is_last=is_last)


def close_with(generation: Generation, ended: Variant, *, now: datetime) -> bool:
    """End a locked generation when its variant that `ended` was the last one under way, and tell whether it was."""
    others = generation.variants.exclude(pk=ended.pk)
    variants = sorted([*others, ended], key=lambda variant: variant.index)
    if any(variant.status in UNDER_WAY for variant in variants):
        return False
    close_generation(generation, variants, now=now)
    return True


def store(generation: Generation, variant: Variant, *, is_last: bool) -> None:
    """Save a variant that has ended, and tell of it, and of its generation's end with the last one."""
    variant.save()
    publisher = Publisher(watching.key(generation.pk))

    def tell() -> None:
        publisher.publish("progress", watching.ended_variant(generation, variant))

    # The rows are kept by then: whoever fails to tell of them must not have them written again.
    transaction.on_commit(tell, robust=True)
    if is_last:
        transaction.on_commit(lambda: publisher.publish(*watching.last_event(generation.pk)), robust=True)


def close_generation(generation: Generation, variants: list[Variant], *, now: datetime) -> None:
    """End a generation: its first text becomes the content, unless there is one that says something already.

    With no text at all it is stopped or failed.
    """
    statuses = {variant.status for variant in variants}
    if Status.DONE in statuses:
        generation.status = Status.DONE
    elif Status.STOPPED in statuses:
        generation.status = Status.STOPPED
    else:
        generation.status = Status.FAILED
        generation.error_code = variants[0].error_code
    generation.finished_at = now
    generation.save(update_fields=["status", "error_code", "finished_at"])
    written = next((variant for variant in variants if variant.body), None)
    if written is not None and generation.kind == Kind.TEXT and not generation.compares:
        if generation.content_id is None:
            posts.from_variant(generation, written, now=now)
        else:
            posts.fill(generation.content_id, written, now=now)
    events.record(
        "generation.finished",
        user_id=generation.user_id,
        data={
            "generation_id": str(generation.pk),
            "status": str(generation.status),
            "content_id": str(generation.content_id) if generation.content_id else None,
            "plan": generation.user.tier,
        },
        now=now,
    )


def put_back(variant_id: UUID, *, now: datetime) -> None:
    """Return a variant whose worker died to the queue, and tell the ledger of the call that died with it."""
    with transaction.atomic():
        generation = locked(Variant.objects.values("generation").get(pk=variant_id)["generation"])
        variant = Variant.objects.select_for_update().get(pk=variant_id)
        if leases.is_abandoned(variant, now=now):
            leases.requeue(variant, now=now)
            tell_of_lost_call(generation, variant, now=now)


def tell_of_lost_call(
    generation: Generation, variant: Variant, *, now: datetime, reservation_id: int | None = None
) -> None:
    """Write to the ledger that a call died with its worker; with a reservation nobody else will make it."""
    job, route = brief.job(generation.user, generation, index=variant.index), Route.from_json(generation.decision)
    completion.lost(job, route, reservation_id=reservation_id, reference=variant.pk, now=now)
