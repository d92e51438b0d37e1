"""Watch an answer being written: its events as they come, and its row when that is all there is."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import redis
from django.utils import translation

from ai_routing import event_stream, streams
from ai_routing.assistant import citations, failures, representation
from ai_routing.models import Turn
from ai_routing.models.work import Status

logger = logging.getLogger(__name__)

GONE = {
    "type": "urn:huntaze:problem:not_found",
    "title": "There is no such thing here",
    "status": 404,
    "detail": "The conversation was deleted.",
    "code": "not_found",
}


def key(turn_id: UUID) -> str:
    """Return the name of a turn's stream."""
    return f"huntaze:turn:{turn_id}"


def ended(turn_id: UUID) -> bool:
    """Tell whether nothing more will be written: the turn has ended, or is gone with its conversation."""
    return not Turn.objects.filter(pk=turn_id, finished_at=None).exists()


def frames(turn: Turn, *, after: str) -> Iterator[bytes]:
    """Yield the Server-Sent Events of a turn from `after` on, until it ends."""
    return event_stream.frames(
        key(turn.pk),
        after=after,
        ended=functools.partial(ended, turn.pk),
        from_rows=functools.partial(from_rows, turn.pk),
        part="turn",
    )


def from_rows(turn_id: UUID) -> list[event_stream.Told]:
    """Return what the stream would have said in the end."""
    turn = Turn.objects.select_related("conversation__user").filter(pk=turn_id).first()
    return [("error", GONE)] if turn is None else last_events(turn)


def last_events(turn: Turn) -> list[event_stream.Told]:
    """Return the events that tell of a turn's end, in its owner's language: `progress`, then `done` or `error`."""
    place: dict[str, Any] = {"turn": turn.index, "claim": turn.claim, "state": turn.status}
    with translation.override(turn.conversation.user.locale):
        told = representation.turn(turn)
        shown = {"body": citations.numbered(turn.answer, turn.sources)}
        end = ("error", failures.problem(turn)) if turn.status == Status.FAILED else ("done", told)
    return [("progress", {**place, **shown}), end]


def forget(turn_ids: Sequence[UUID]) -> None:
    """Delete the streams of turns that were deleted; should Valkey be away, they expire by themselves."""
    if not turn_ids:
        return
    try:
        streams.valkey_for_writing().delete(*map(key, turn_ids))
    except redis.RedisError as error:
        logger.warning("Streams of deleted turns expire in an hour: %s", type(error).__name__)
