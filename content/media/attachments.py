"""The media of a content, in the creator's order; and where a file is used."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from content.models import Asset, Attachment, Content


class NotYours(Exception):
    """One of the files is not there for the owner of the content."""


def of(content: Content) -> list[Asset]:
    """Return the files of a content, in their order; those in the bin are left out."""
    rows = Attachment.objects.filter(content=content, asset__deleted_at=None).order_by("position", "pk")
    return [row.asset for row in rows.select_related("asset")]


def attach(content: Content, asset_ids: Sequence[UUID | str]) -> list[Asset]:
    """Make these files, in this order, those of the content; none removes all. Raises NotYours."""
    wanted = list(dict.fromkeys(UUID(str(one)) for one in asset_ids))
    with transaction.atomic():
        Content.objects.select_for_update().only("pk").get(pk=content.pk)
        found = Asset.objects.filter(user_id=content.user_id, deleted_at=None).in_bulk(wanted)
        if len(found) != len(wanted):
            raise NotYours("A file is not in the library any more: choose again.")
        Attachment.objects.filter(content=content).delete()
        Attachment.objects.bulk_create(
            Attachment(content=content, asset=found[one], position=position) for position, one in enumerate(wanted)
        )
    return [found[one] for one in wanted]
