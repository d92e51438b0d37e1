"""The order of the queue: its moments stay, the posts change places between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from content.models import Publication


@dataclass(frozen=True, slots=True)
class Place:
    """A moment of the queue, and the content that has it."""

    due_at: datetime
    content_id: UUID


def places(user: User, *, now: datetime) -> list[Place]:
    """Return what waits in the queue, in its order."""
    rows = (
        Publication.objects.for_user(user)
        .filter(state=Publication.State.SCHEDULED, from_queue=True, due_at__gt=now)
        .order_by("due_at", "content_id")
        .values_list("due_at", "content_id")
        .distinct()
    )
    return [Place(due_at, content_id) for due_at, content_id in rows]


def close_gap(user: User, freed: datetime, *, now: datetime) -> None:
    """Move what is queued later than `freed` up by one, in the caller's transaction that holds the creator's plans.

    Nothing moves for a moment that has passed, or that another channel of the same post still has.
    """
    queued = places(user, now=now)
    if freed <= now or any(place.due_at == freed for place in queued):
        return
    later = [place for place in queued if place.due_at > freed]
    moments = [freed, *(place.due_at for place in later)]
    for place, due_at in zip(later, moments[: len(later)], strict=True):
        put(user, place, due_at)


def rearrange(user: User, content_id: UUID, position: int, *, now: datetime) -> bool:
    """Bring a queued content to `position` (from 0), in the caller's transaction; return whether anything moved."""
    queued = places(user, now=now)
    old = next((number for number, place in enumerate(queued) if place.content_id == content_id), None)
    if old is None:
        return False
    position = max(0, min(position, len(queued) - 1))
    ordered = [*queued]
    ordered.insert(position, ordered.pop(old))
    for place, due_at in zip(ordered, [place.due_at for place in queued], strict=True):
        put(user, place, due_at)
    return position != old


def put(user: User, place: Place, due_at: datetime) -> None:
    if place.due_at != due_at:
        Publication.objects.for_user(user).filter(
            content_id=place.content_id, state=Publication.State.SCHEDULED, from_queue=True, due_at=place.due_at
        ).update(due_at=due_at, attempt_at=due_at)
