"""The media that go out with a post."""

from __future__ import annotations

from content.models import Asset, Content


def of(content: Content) -> list[Asset]:
    """Return the content's media in the creator's order, without what lies in the bin."""
    rows = content.attachments.filter(asset__deleted_at=None).select_related("asset").order_by("position", "pk")
    return [row.asset for row in rows]
