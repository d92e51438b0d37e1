"""The queue: a post takes the next of the creator's slots that has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from content.models import Channel, Content, Publication
from content.planning import queue_order, scheduling, slots, wall_clock
from content.planning.readiness import Fault, NotReady

LEAD: Final = timedelta(minutes=5)
"""A slot that begins sooner is passed over: the creator has just pressed the button and may want to look again."""

FIRST_BATCH: Final = 200
"""Moments that are looked at in one query; when none of them is free, twice as many in the next one."""


def next_free(user: User, now: datetime) -> datetime | None:
    """Return the next slot's moment without a post; None when the creator has no slots, or none is free in reach."""
    return next(iter(free(user, now=now, most=1)), None)


def free(user: User, *, now: datetime, most: int) -> list[datetime]:
    """Return the next moments of slots that have no post, at most `most`."""
    upcoming = slots.occurrences(user, after=now + LEAD, until=now + scheduling.FURTHEST)
    found: list[datetime] = []
    batch = FIRST_BATCH
    while len(found) < most and (moments := list(islice(upcoming, batch))):
        found += untaken(user, moments)
        batch *= 2
    return found[:most]


def free_between(user: User, first: date, last: date, *, now: datetime) -> list[datetime]:
    """Return the moments of free slots from the day `first` on and before the day `last`, none of them in the past."""
    zone = wall_clock.zone_of(user)
    after = max(now, wall_clock.start_of(first, zone) - timedelta(microseconds=1))
    until = wall_clock.start_of(last, zone) - timedelta(microseconds=1)
    return untaken(user, list(slots.occurrences(user, after=after, until=until))) if after < until else []


def untaken(user: User, moments: Sequence[datetime]) -> list[datetime]:
    """Return those of the moments at which the creator has no post."""
    if not moments:
        return []
    rows = Publication.objects.for_user(user).filter(due_at__in=moments, content__deleted_at=None)
    taken = set(rows.exclude(state=Publication.State.CANCELED).values_list("due_at", flat=True))
    return [at for at in moments if at not in taken]


@dataclass(frozen=True, slots=True)
class Queued:
    """A post in the queue, with its channels at that moment."""

    content_id: UUID
    title: str
    due_at: datetime
    channels: list[str]
    publication_id: UUID


def listed(user: User, *, now: datetime, most: int) -> list[Queued]:
    """Return the first posts of the queue in their order."""
    rows = (
        Publication.objects.for_user(user)
        .filter(state=Publication.State.SCHEDULED, from_queue=True, due_at__gt=now, content__deleted_at=None)
        .select_related("content")
        .order_by("due_at", "content_id", "channel")[: most * len(Channel.values)]
    )
    found: dict[tuple[datetime, UUID], Queued] = {}
    for row in rows:
        queued = Queued(row.content_id, " ".join(str(row.content).split()), row.due_at, [], row.pk)
        found.setdefault((row.due_at, row.content_id), queued).channels.append(str(row.get_channel_display()))
    return list(found.values())[:most]


def enqueue(content: Content, channels: Sequence[str], *, now: datetime) -> list[Publication]:
    """Schedule the content for the next free slot. Raises NotReady, also when there is no slot, and AlreadyOut."""
    with transaction.atomic():
        scheduling.lock_plans(content.user)
        at = next_free(content.user, now)
        if at is None:
            raise NotReady([Fault("no_slot", _("There is no free slot: add a slot to your week first"))])
        return scheduling.schedule(content, channels, at, now=now, from_queue=True)


def rearrange(user: User, content_id: UUID, position: int, *, now: datetime) -> bool:
    """Bring a queued content to `position` (from 0) of the queue; the others make room. Returns whether it moved."""
    with transaction.atomic():
        scheduling.lock_plans(user)
        return queue_order.rearrange(user, content_id, position, now=now)


def put_back(content: Content, channels: Sequence[str], due_at: datetime, *, now: datetime) -> list[Publication]:
    """Queue the content where it was before it was taken out: before whatever has `due_at` by now. Raises as `enqueue`."""
    with transaction.atomic():
        scheduling.lock_plans(content.user)
        queued = queue_order.places(content.user, now=now)
        position = next((number for number, place in enumerate(queued) if place.due_at >= due_at), len(queued))
        rows = enqueue(content, channels, now=now)
        queue_order.rearrange(content.user, content.pk, position, now=now)
    return rows
