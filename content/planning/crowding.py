"""Posts that come too close to one another on the same channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import Lag, Lead

from accounts.models import User
from content.models import Publication

NEAR: Final = timedelta(minutes=30)

IN_PLAY: Final = (
    Publication.State.SCHEDULED,
    Publication.State.PUBLISHING,
    Publication.State.REMINDED,
    Publication.State.PUBLISHED,
)


def conflicts(
    user: User, due_at: datetime, channels: Sequence[str] = (), *, except_for: UUID | None = None
) -> list[Publication]:
    """Return what the creator has within 30 minutes of `due_at`, on these channels or on any.

    `except_for` is the content that is about to be put there.
    """
    near = (
        Publication.objects.for_user(user)
        .filter(due_at__gt=due_at - NEAR, due_at__lt=due_at + NEAR, state__in=IN_PLAY, content__deleted_at=None)
        .select_related("content")
        .order_by("due_at", "pk")
    )
    if except_for is not None:
        near = near.exclude(content_id=except_for)
    return list(near.filter(channel__in=channels) if channels else near)


def among(user: User, moments: Mapping[UUID, datetime]) -> set[UUID]:
    """Return those of the creator's publications that have another one within 30 minutes on their channel.

    `moments` maps each to its time. The neighbours on each channel are looked at, between the first and the last of
    these: a post has one publication on a channel, so a neighbour is another post's. One query.
    """
    if not moments:
        return set()
    on_its_channel: dict[str, Any] = {"partition_by": ["channel"], "order_by": ["due_at", "pk"]}
    near = Publication.objects.for_user(user).filter(
        due_at__gt=min(moments.values()) - NEAR,
        due_at__lt=max(moments.values()) + NEAR,
        state__in=IN_PLAY,
        content__deleted_at=None,
    )
    rows = near.annotate(
        before=Window(Lag("due_at"), **on_its_channel), after=Window(Lead("due_at"), **on_its_channel)
    ).filter(Q(before__gt=F("due_at") - NEAR) | Q(after__lt=F("due_at") + NEAR))
    # Not asked of the database: a filter beside the windows would take the neighbours away from them.
    return set(rows.values_list("pk", flat=True)) & moments.keys()
