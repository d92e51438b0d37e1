"""Watch a generation being written: its events as they come, and its rows when they are all there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.utils import translation

from ai_routing import streams
from ai_routing.models.work import Status
from content import connections, failures, representation
from content.models import Generation, Variant

ENDINGS: Final = frozenset({"done", "error"})
HEARTBEAT_SECONDS: Final = 15.0
"""Proxies close a connection that is silent for longer."""

EVENT_ID: Final = re.compile(r"\d{1,19}-\d{1,19}")
RECONNECT_MS: Final = 1_000


class InvalidEventId(Exception):
    """The `Last-Event-ID` is none that an event stream gave out."""


def key(generation_id: UUID) -> str:
    """Return the name of a generation's stream."""
    return f"huntaze:generation:{generation_id}"


def position(last_event_id: str) -> str:
    """Return where a stream goes on after `last_event_id`; from the beginning when it is empty.

    Raises InvalidEventId.
    """
    if not last_event_id:
        return streams.BEGINNING
    if not EVENT_ID.fullmatch(last_event_id):
        raise InvalidEventId("Last-Event-ID is not an id of this stream: send the last `id:` line, or leave it out.")
    return last_event_id


def wait(generation_id: UUID, *, seconds: float) -> bool:
    """Wait for a generation to end; return whether it did within `seconds`."""
    give_up_at = monotonic() + seconds
    # The rows are asked when the stream is quiet: it may have ended before, or Valkey may be away.
    for event in streams.follow(key(generation_id), after=streams.BEGINNING, idle_seconds=min(1.0, max(seconds, 0.01))):
        if event is not None and event.name in ENDINGS:
            return True
        if event is None and ended(generation_id):
            return True
        if monotonic() >= give_up_at:
            return False
    return False


def ended(generation_id: UUID) -> bool:
    try:
        return Generation.objects.filter(pk=generation_id).exclude(finished_at=None).exists()
    finally:
        connections.give_back()


def frames(generation: Generation, *, after: str) -> Iterator[bytes]:
    """Yield the Server-Sent Events of a generation from `after` on, until it ends.

    Events of a worker that lost its claim to another one are left out.
    """
    yield f"retry: {RECONNECT_MS}\n\n".encode()
    idle = 0.1 if generation.ended else HEARTBEAT_SECONDS
    claims: dict[int, int] = {}
    for event in streams.follow(key(generation.pk), after=after, idle_seconds=idle):
        if event is None:
            if ended(generation.pk):
                yield from frames_from_rows(generation.pk)
                return
            yield b": waiting\n\n"
            continue
        if event.name not in ENDINGS:
            variant, claim = event.data["variant"], event.data["claim"]
            if claim < claims.get(variant, 0):
                continue
            claims[variant] = claim
        yield frame(event.name, event.data, event_id=event.id)
        if event.name in ENDINGS:
            return


def frames_from_rows(generation_id: UUID) -> Iterator[bytes]:
    """Yield what the stream would have said in the end. Without ids: there is nothing to resume."""
    try:
        generation = loaded(generation_id)
        for variant in sorted(generation.variants.all(), key=lambda variant: variant.index):
            yield frame("progress", ended_variant(generation, variant))
        yield frame(*last_event(generation_id))
    finally:
        connections.give_back()


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


def frame(name: str, data: dict[str, Any], *, event_id: str = "") -> bytes:
    """Return one Server-Sent Event. JSON has no line breaks of its own, so one data line is enough."""
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n".encode()
