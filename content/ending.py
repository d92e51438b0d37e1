"""Bring a variant to its end: text, charge, ledger and events in one transaction, and the generation with the last one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ai_routing import completion
from ai_routing.jobs import Job, Route
from ai_routing.models.work import UNDER_WAY, Status
from ai_routing.streams import Publisher
from analytics import events
from billing import quota
from content import brief, posts, watching
from content.models import Generation, Variant


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
        held = (
            Variant.objects.select_for_update()
            .filter(pk=variant.pk, claim=variant.claim, status=Status.WRITING)
            .first()
        )
        if held is None:
            account_for_late(variant, job, route, result, now=now)
            return
        bill = completion.settle(job, route, result, reservation_id=held.reservation_id, reference=held.pk, now=now)
        held.body = result.text
        completion.fill(held, result, bill)
        close(generation, held, completion.status_of(result), now=now)


def account_for_late(variant: Variant, job: Job, route: Route, result: completion.Completion, *, now: datetime) -> None:
    """Tell the ledger of a call whose text came too late to be kept.

    When the variant ended under this very claim, the text was kept: the commit had succeeded, and only its answer got
    lost on the way. Then there is nothing to add.
    """
    kept = Variant.objects.filter(pk=variant.pk, claim=variant.claim, attempts__gt=0).exclude(finished_at=None)
    if not kept.exists():
        completion.account_for(job, route, result, credits=0, reference=variant.pk, now=now)


def locked(generation_id: UUID) -> Generation:
    """Return the generation with its user, locked: before its variants, here and everywhere."""
    return Generation.objects.select_related("user").select_for_update(of=("self",)).get(pk=generation_id)


def give_up(variant_id: UUID, *, now: datetime) -> None:
    """Fail a variant that no worker could finish, and release its quota."""
    with transaction.atomic():
        generation = locked(Variant.objects.values("generation").get(pk=variant_id)["generation"])
        variant = Variant.objects.select_for_update().get(pk=variant_id)
        if variant.ended:
            return
        if variant.status == Status.WRITING:
            tell_of_lost_call(generation, variant, now=now)
        quota.release(variant.reservation_id, now=now)
        close(generation, variant, (Status.FAILED, "ai_unavailable"), now=now)


def close(generation: Generation, variant: Variant, ended: tuple[Status, str], *, now: datetime) -> None:
    """Store a locked variant's end, and its locked generation's when it was the last one under way."""
    variant.status, variant.error_code = ended
    variant.finished_at = now
    variant.lease_expires_at = None
    variant.save()
    variants = list(generation.variants.order_by("index"))
    publisher = Publisher(watching.key(generation.pk))
    told = watching.ended_variant(generation, variant)
    # The rows are kept by now: whoever fails to tell of them must not have them written again.
    transaction.on_commit(lambda: publisher.publish("progress", told), robust=True)
    if not any(other.status in UNDER_WAY for other in variants):
        close_generation(generation, variants, now=now)
        transaction.on_commit(lambda: publisher.publish(*watching.last_event(generation.pk)), robust=True)


def close_generation(generation: Generation, variants: list[Variant], *, now: datetime) -> None:
    """End a generation: its first text becomes the content; with no text at all it is stopped or failed."""
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
    if written is not None and generation.content_id is None:
        posts.from_variant(generation, written, now=now)
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
        if variant.status != Status.WRITING or variant.lease_expires_at is None or variant.lease_expires_at > now:
            return
        variant.status = Status.QUEUED
        variant.queued_at = now
        variant.lease_expires_at = None
        variant.save(update_fields=["status", "queued_at", "lease_expires_at"])
        tell_of_lost_call(generation, variant, now=now)


def tell_of_lost_call(generation: Generation, variant: Variant, *, now: datetime) -> None:
    """Write to the ledger that a call died with its worker."""
    job = brief.job(generation.user, generation)
    completion.lost(job, Route.from_json(generation.decision), reference=variant.pk, now=now)
