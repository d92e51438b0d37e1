"""Where a post stands, told from its publications. Nothing else sets `Content.state`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from content.models import Content, Publication

State = Publication.State

# The first one that holds: what needs the creator comes before what takes its course, and that before what is done.
ORDER: Final = (
    ({State.FAILED}, Content.State.FAILED),
    (set(Publication.OPEN), Content.State.SCHEDULED),
    ({State.PUBLISHED}, Content.State.PUBLISHED),
)


def told_from(publications: Iterable[str]) -> Content.State:
    """Return the state of a content whose publications are in these states."""
    found = set(publications)
    return next((state for some, state in ORDER if found & some), Content.State.DRAFT)


def lock(content_id: UUID) -> Content | None:
    """Lock a content for a change of its publications, in the caller's transaction; None when it is gone.

    It is locked before its publications, here and everywhere. Rows that point at it can be added meanwhile.
    """
    return Content.objects.select_for_update(no_key=True).filter(pk=content_id).first()


def refresh(content: Content) -> None:
    """Bring the state of a locked content in line with its publications, in the caller's transaction."""
    state = told_from(Publication.objects.filter(content=content).values_list("state", flat=True))
    if state != content.state:
        content.state = state
        content.save(update_fields=["state"])
