"""Make a media file of what was uploaded: judge it by its bytes, take its metadata off, make its shapes.

Each claim writes under keys of its own. What it made counts with the one transaction at its end; what dead claims left
is deleted by the living one. So a worker may be killed at any moment, and two may run at once.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from analytics import events
from content.media import holding, kinds, places, programs, storage, videos
from content.models import Asset, Rendition

logger = logging.getLogger(__name__)

PICTURE_SECONDS: Final = 180


class Refused(Exception):
    """The file is not accepted; `code` is one of `content.media.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Shape:
    """A file that was made, before it is stored."""

    name: str
    path: Path
    media_type: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is ready: itself, without metadata, and its shapes."""

    kind: Asset.Kind
    original: Shape
    shapes: list[Shape]
    duration_ms: int | None = None
    sha256: bytes = field(default=b"", repr=False)


def prepare(asset_id: UUID) -> None:
    """Prepare a file that waits, unless another worker has it. Raises what the store raises when it is away."""
    asset = holding.claim(asset_id, now=timezone.now())
    if asset is None:
        return
    hold = holding.Hold(asset)
    try:
        with TemporaryDirectory(prefix="media-") as name:
            folder = Path(name)
            try:
                made = make(asset, folder, beat=hold.beat)
            except Refused as refused:
                reject(asset, refused.code)
                return
            store(asset, made, beat=hold.beat)
        keep(asset, made)
    except holding.Lost:
        logger.warning("Media file %s went to another worker, or is gone", asset.pk)
        storage.delete_below(places.made(asset, ""))


def make(asset: Asset, folder: Path, *, beat: Callable[[], None]) -> Made:
    """Fetch what was uploaded into the folder, and make of it what is kept. Raises Refused."""
    source = folder / "uploaded"
    digest = fetch(asset, source, beat=beat)
    try:
        kind = kinds.sniff(source)
    except kinds.Unknown as error:
        raise Refused(str(error)) from error
    if kind == kinds.IMAGE:
        return image(source, folder, digest, beat=beat)
    try:
        return video(source, kind, folder, digest, beat=beat)
    except videos.Refused as error:
        raise Refused(str(error)) from error


def fetch(asset: Asset, source: Path, *, beat: Callable[[], None]) -> bytes:
    """Put the parts together, and return the hash of the whole. Raises Refused."""
    total = 0
    with source.open("wb") as file:
        for number in range(1, asset.parts + 1):
            try:
                total += storage.read(places.staging(asset, number), file, beat=beat)
            except storage.Absent as error:
                raise Refused("wrong_size") from error
    if total != asset.size:
        raise Refused("wrong_size")
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def image(source: Path, folder: Path, digest: bytes, *, beat: Callable[[], None]) -> Made:
    told = in_workshop("picture", source, folder, beat=beat)
    original = shape({"name": places.ORIGINAL, **told}, folder)
    return Made(Asset.Kind.IMAGE, original, shapes(told, folder), sha256=digest)


def video(source: Path, reader: str, folder: Path, digest: bytes, *, beat: Callable[[], None]) -> Made:
    seen = videos.look(source, reader, beat=beat)
    path = videos.without_metadata(source, reader, seen, folder, beat=beat)
    # What was uploaded takes as much of the disk as what comes of it.
    source.unlink()
    media_type = "video/webm" if path.suffix == ".webm" else "video/mp4"
    original = Shape(places.ORIGINAL, path, media_type, seen.width, seen.height, path.stat().st_size)
    still = videos.poster(path, seen, folder, beat=beat)
    made = shapes(in_workshop("shapes", still, folder, beat=beat), folder)
    if seen.codec not in videos.PLAYED:
        played = videos.playable(path, folder, beat=beat)
        width, height = (min(side, 1_280) for side in (seen.width, seen.height))
        made.append(Shape(places.PLAY, played, "video/mp4", width, height, played.stat().st_size))
    return Made(Asset.Kind.VIDEO, original, made, duration_ms=seen.duration_ms, sha256=digest)


def in_workshop(job: str, source: Path, folder: Path, *, beat: Callable[[], None]) -> dict[str, Any]:
    """Have the workshop do a job, and return what it tells. Raises Refused."""
    try:
        code, said = programs.run(programs.workshop(job, str(source), str(folder)), seconds=PICTURE_SECONDS, beat=beat)
    except programs.TookTooLong as error:
        raise Refused("took_too_long") from error
    try:
        told: dict[str, Any] = json.loads(said)
    except ValueError as error:
        # Ended by the kernel, for its memory or its time.
        logger.warning("The workshop ended with %s: %s", code, said[-500:])
        raise Refused("too_many_pixels" if code < 0 else "damaged") from error
    if "fault" in told:
        raise Refused(told["fault"])
    return told


def shapes(told: dict[str, Any], folder: Path) -> list[Shape]:
    return [shape(one, folder) for one in told["shapes"]]


def shape(told: dict[str, Any], folder: Path) -> Shape:
    path = folder / told["path"]
    width, height = int(told["width"]), int(told["height"])
    return Shape(told["name"], path, told["media_type"], width, height, path.stat().st_size)


def store(asset: Asset, made: Made, *, beat: Callable[[], None]) -> None:
    """Store everything under the keys of this claim."""
    for one in (made.original, *made.shapes):
        storage.write(places.made(asset, one.path.name), one.path, media_type=one.media_type, beat=beat)


def keep(asset: Asset, made: Made) -> None:
    """Make the file ready, in one transaction, then delete what is not needed any more. Raises holding.Lost."""
    now = timezone.now()
    with transaction.atomic():
        held = holding.rows(asset).select_for_update(of=("self",)).first()
        if held is None:
            raise holding.Lost
        held.state = Asset.State.READY
        held.lease_expires_at = None
        held.kind = made.kind
        held.key = places.made(asset, made.original.path.name)
        held.media_type = made.original.media_type
        held.size = made.original.size
        held.width, held.height, held.duration_ms = made.original.width, made.original.height, made.duration_ms
        held.sha256 = made.sha256
        held.save()
        keep_shapes(held, made)
        events.record(
            "media.ready",
            user_id=held.user_id,
            data={"asset_id": str(held.pk), "kind": held.kind, "bytes": held.size},
            now=now,
        )
    tidy(held)


def keep_shapes(asset: Asset, made: Made) -> None:
    Rendition.objects.filter(asset=asset).delete()
    Rendition.objects.bulk_create(
        Rendition(
            asset=asset,
            name=one.name,
            key=places.made(asset, one.path.name),
            media_type=one.media_type,
            size=one.size,
            width=one.width,
            height=one.height,
        )
        for one in made.shapes
    )


def tidy(asset: Asset) -> None:
    """Delete what was uploaded, and what claims that died have made. What fails here, the sweep does."""
    try:
        storage.delete_below(places.staging(asset))
        kept = frozenset({asset.key, *asset.renditions.values_list("key", flat=True)})
        storage.delete_below(places.home(asset), but=kept)
    except storage.AWAY as error:
        logger.warning("What media file %s left could not be deleted: %s", asset.pk, type(error).__name__)


def reject(asset: Asset, code: str) -> None:
    """Say why the file is not accepted, and delete its bytes. Raises holding.Lost."""
    with transaction.atomic():
        held = holding.rows(asset).select_for_update(of=("self",)).first()
        if held is None:
            raise holding.Lost
        refuse(held, code)
    tidy(held)


def refuse(held: Asset, code: str) -> None:
    """Fill in why a locked row is not accepted, in the caller's transaction."""
    now = timezone.now()
    held.state = Asset.State.REJECTED
    held.error_code = code
    held.lease_expires_at = None
    held.save(update_fields=["state", "error_code", "lease_expires_at"])
    events.record("media.rejected", user_id=held.user_id, data={"asset_id": str(held.pk), "code": code}, now=now)
