"""Where a file is used: in which posts, and to which channels it went with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from content.models import Asset, Attachment, Content, Publication

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Use:
    """A post that has the file, and its way to each channel."""

    content: Content
    publications: list[Publication]


def of(asset: Asset) -> list[Use]:
    """Return the posts that have the file, newest first, at most 50, in two queries."""
    publications = Prefetch(
        "content__publications",
        Publication.objects.exclude(state=Publication.State.CANCELED).order_by("channel", "pk").defer("body"),
        to_attr="on_their_way",
    )
    rows = (
        Attachment.objects.filter(asset=asset, content__deleted_at=None)
        .select_related("content")
        .prefetch_related(publications)
        .order_by("-content_id")[:MOST]
    )
    return [Use(row.content, list(getattr(row.content, "on_their_way", ()))) for row in rows]
