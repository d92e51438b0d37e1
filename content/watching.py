"""Watch a generation being written: its events as they come, and its rows when they are all there is."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.utils import translation

from ai_routing import event_stream
from ai_routing.models.work import Status
from content import failures, representation
from content.models import Generation, Variant


def key(generation_id: UUID) -> str:
    """Return the name of a generation's stream."""
    return f"huntaze:generation:{generation_id}"


def wait(generation_id: UUID, *, seconds: float) -> bool:
    """Wait for a generation to end; return whether it did within `seconds`."""
    return event_stream.wait(key(generation_id), ended=functools.partial(ended, generation_id), seconds=seconds)


def ended(generation_id: UUID) -> bool:
    return Generation.objects.filter(pk=generation_id).exclude(finished_at=None).exists()


def frames(generation: Generation, *, after: str) -> Iterator[bytes]:
    """Yield the Server-Sent Events of a generation from `after` on, until it ends."""
    return event_stream.frames(
        key(generation.pk),
        after=after,
        ended=functools.partial(ended, generation.pk),
        from_rows=functools.partial(from_rows, generation.pk),
        part="variant",
    )


def from_rows(generation_id: UUID) -> Iterator[event_stream.Told]:
    """Yield what the stream would have said in the end."""
    generation = loaded(generation_id)
    for variant in sorted(generation.variants.all(), key=lambda variant: variant.index):
        yield "progress", ended_variant(generation, variant)
    yield last_event(generation_id)


def ended_variant(generation: Generation, variant: Variant) -> dict[str, Any]:
    """Return the data of the `progress` event that tells of a variant's end, in its owner's language."""
    place = {"variant": variant.index, "claim": variant.claim, "state": variant.status}
    with translation.override(generation.user.locale):
        return {**place, **representation.variant_in(generation, variant)}


def last_event(generation_id: UUID) -> tuple[str, dict[str, Any]]:
    """Return the event that ends a generation's stream: `done` with its body, or `error` with its problem."""
    generation = loaded(generation_id)
    with translation.override(generation.user.locale):
        if generation.status == Status.FAILED:
            return "error", failures.problem(generation)
        return "done", representation.generation(generation)


def loaded(generation_id: UUID) -> Generation:
    return Generation.objects.select_related("content", "user").prefetch_related("variants").get(pk=generation_id)
