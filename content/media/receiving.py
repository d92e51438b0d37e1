"""Files on their way in: what may be sent, which parts are there, and what is given up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.models import User
from analytics import events
from content.media import places, room, storage
from content.models import Asset, Folder

PART: Final = 8 << 20
LARGEST: Final = {Asset.Kind.IMAGE: 50 * 1_000_000, Asset.Kind.VIDEO: 2 << 30}
EXPIRES: Final = timedelta(hours=24)
FORM_SECONDS: Final = 3_600
FORMS_AT_ONCE: Final = 24
"""How many forms an answer holds: those of a large video would be hundreds of kilobytes."""

SUFFIXES: Final = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif"), Asset.Kind.IMAGE),
    **dict.fromkeys((".mp4", ".mov", ".m4v", ".webm", ".mkv"), Asset.Kind.VIDEO),
}


class NotAccepted(Exception):
    """What is announced can never be accepted; `code` is one of `content.media.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PartsMissing(Exception):
    """The upload is not whole yet."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(f"Parts {numbers} are missing")
        self.numbers = numbers


class NotUploading(Exception):
    """The upload has ended, in one way or the other."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What a browser says of a file. Only its size is held to; what it is, its bytes say later."""

    name: str
    size: int
    media_type: str


def begin(user: User, announced: Announced, folder: Folder | None, *, now: datetime) -> Asset:
    """Make room for a file and the row that it will be. Raises NotAccepted and room.StorageFull."""
    kind = kind_of(announced)
    if announced.size <= 0:
        raise NotAccepted("empty")
    if announced.size > LARGEST[kind]:
        raise NotAccepted("too_large")
    with transaction.atomic():
        room.take(user, announced.size)
        return Asset.objects.create(
            user=user,
            folder=folder,
            name=shown_name(announced.name),
            kind=kind,
            size=announced.size,
            part_size=PART,
            parts=math.ceil(announced.size / PART),
            upload_expires_at=now + EXPIRES,
            created_at=now,
            updated_at=now,
        )


def shown_name(name: str) -> str:
    """Return what the file is called in the library: words that a search finds, without what tells its type."""
    path = PurePath(name.replace("\\", "/").replace("\x00", ""))
    known = path.suffix.lower() in SUFFIXES
    return (path.stem if known else path.name).strip()[:160] or "—"


def kind_of(announced: Announced) -> Asset.Kind:
    """Return what the file seems to be, by its declared type or its name. Raises NotAccepted."""
    for kind in (Asset.Kind.IMAGE, Asset.Kind.VIDEO):
        if announced.media_type.startswith(f"{kind}/"):
            return kind
    found = SUFFIXES.get(PurePath(announced.name).suffix.lower())
    if found is None:
        raise NotAccepted("unknown_type")
    return found


def part_size(asset: Asset, number: int) -> int:
    """Return how many bytes a part has; the last one has the rest."""
    return asset.part_size if number < asset.parts else asset.size - (asset.parts - 1) * asset.part_size


def parts_there(asset: Asset) -> list[int]:
    """Return the numbers of the parts that have arrived, whole."""
    sizes = storage.sizes(places.staging(asset))
    numbers = range(1, asset.parts + 1)
    return [number for number in numbers if sizes.get(places.staging(asset, number)) == part_size(asset, number)]


def forms(asset: Asset, there: list[int]) -> list[dict[str, Any]]:
    """Return forms for the next parts that are missing."""
    missing = [number for number in range(1, asset.parts + 1) if number not in set(there)]
    return [
        {
            "number": number,
            "offset": (number - 1) * asset.part_size,
            **storage.upload_form(places.staging(asset, number), size=part_size(asset, number), seconds=FORM_SECONDS),
        }
        for number in missing[:FORMS_AT_ONCE]
    ]


def close(asset: Asset, *, now: datetime) -> Asset:
    """Hand a whole upload over to the worker. Safe to repeat. Raises PartsMissing and NotUploading."""
    there = set(parts_there(asset)) if asset.state == Asset.State.UPLOADING else set()
    with transaction.atomic():
        held = Asset.objects.select_for_update().get(pk=asset.pk)
        if held.state in {Asset.State.PROCESSING, Asset.State.READY}:
            return held
        if held.state != Asset.State.UPLOADING:
            raise NotUploading
        missing = [number for number in range(1, held.parts + 1) if number not in there]
        if missing:
            raise PartsMissing(missing)
        held.state = Asset.State.PROCESSING
        held.upload_expires_at = None
        held.lease_expires_at = None
        held.updated_at = now
        held.save(update_fields=["state", "upload_expires_at", "lease_expires_at", "updated_at"])
        events.record(
            "media.uploaded",
            user_id=held.user_id,
            data={"asset_id": str(held.pk), "kind": held.kind, "bytes": held.size},
            now=now,
        )
    return held


def give_up(asset: Asset) -> None:
    """Forget an upload that is not finished, or a file that was not accepted, with all that came of it."""
    with transaction.atomic():
        held = Asset.objects.select_for_update().filter(pk=asset.pk).first()
        if held is None:
            return
        if held.state not in {Asset.State.UPLOADING, Asset.State.REJECTED}:
            raise NotUploading
        held.delete()
    storage.delete_below(places.staging(asset))


def under_way(user: User) -> list[Asset]:
    """Return the uploads that are not finished, newest first: their owner may go on with them."""
    rows = Asset.objects.for_user(user).filter(state=Asset.State.UPLOADING).order_by("-pk")
    return list(rows[:20])


def expired(*, now: datetime) -> list[UUID]:
    """Give up uploads that nobody went on with for a day; return their ids."""
    rows = Asset.objects.filter(state=Asset.State.UPLOADING, upload_expires_at__lte=now).order_by("upload_expires_at")
    gone = []
    for asset in rows[:200]:
        give_up(asset)
        gone.append(asset.pk)
    return gone
