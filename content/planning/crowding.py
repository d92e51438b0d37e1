"""Posts that come too close to one another on the same channel."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef

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


def among(publications: Collection[UUID]) -> set[UUID]:
    """Return those of these publications that have another one within 30 minutes on their channel. One query."""
    other = Publication.objects.filter(
        user=OuterRef("user"),
        channel=OuterRef("channel"),
        due_at__gt=OuterRef("due_at") - NEAR,
        due_at__lt=OuterRef("due_at") + NEAR,
        state__in=IN_PLAY,
        content__deleted_at=None,
    ).exclude(content=OuterRef("content"))
    rows = Publication.objects.filter(Exists(other), pk__in=publications, state__in=IN_PLAY)
    return set(rows.values_list("pk", flat=True))
