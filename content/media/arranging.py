"""What creators do with many files at once: move, tag, put into the bin; and how each is taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from analytics import events
from content import tagging
from content.media import folders, privacy
from content.models import Asset, Folder

MOST_AT_ONCE: Final = 200

Taken = dict[str, Any]
"""What an act leaves to take it back by: plain JSON, kept in the session."""


def move(assets: Sequence[Asset], folder: Folder | None, *, now: datetime) -> Taken:
    """Put files into a folder, or with None to the top."""
    before: dict[str, list[str]] = defaultdict(list)
    for asset in assets:
        before[str(asset.folder_id or "")].append(str(asset.pk))
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).update(folder=folder, updated_at=now)
    return {"act": "move", "before": dict(before)}


def tag(user: User, assets: Sequence[Asset], name: str) -> Taken:
    """Put a tag on files; it is made when it is new."""
    with transaction.atomic():
        word = tagging.named(user, name)
        through = Asset.tags.through
        had = set(
            through.objects.filter(tag=word, asset__in=[asset.pk for asset in assets]).values_list(
                "asset_id", flat=True
            )
        )
        new = [asset for asset in assets if asset.pk not in had]
        through.objects.bulk_create([through(asset=asset, tag=word) for asset in new], ignore_conflicts=True)
    return {"act": "tag", "tag": str(word.pk), "assets": [str(asset.pk) for asset in new]}


def retag(asset: Asset, names: str) -> None:
    """Make these, separated by commas, the tags of a file."""
    wanted = list(dict.fromkeys(name for name in (one.strip()[: tagging.LONGEST] for one in names.split(",")) if name))
    with transaction.atomic():
        asset.tags.set([tagging.named(asset.user, name) for name in wanted[: tagging.MOST]])


def put_away(user: User, assets: Sequence[Asset], *, now: datetime) -> Taken:
    """Put files into the bin, from where they can be taken back for 30 days."""
    ids = [asset.pk for asset in assets]
    with transaction.atomic():
        Asset.objects.filter(pk__in=ids, deleted_at=None).update(deleted_at=now)
        events.record("media.deleted", user_id=user.pk, data={"assets": len(ids)}, now=now)
    return {"act": "delete", "assets": [str(pk) for pk in ids]}


def take_back(user: User, assets: Sequence[Asset]) -> Taken:
    """Take files out of the bin."""
    before: dict[str, list[str]] = defaultdict(list)
    for asset in assets:
        if asset.deleted_at is not None:
            before[asset.deleted_at.isoformat()].append(str(asset.pk))
    Asset.objects.filter(user=user, pk__in=[asset.pk for asset in assets]).update(deleted_at=None)
    return {"act": "restore", "before": dict(before)}


def blur(assets: Sequence[Asset], *, blurred: bool, now: datetime) -> Taken:
    """Blur files on their creator's screen, or show them."""
    changed = [asset.pk for asset in assets if asset.blurred != blurred]
    Asset.objects.filter(pk__in=changed).update(blurred=blurred, updated_at=now)
    return {"act": "blur", "blurred": blurred, "assets": [str(pk) for pk in changed]}


def undo(user: User, taken: Taken) -> None:
    """Take an act back, as far as its files are still there. Raises folders.NameTaken."""
    mine = Asset.objects.filter(user=user)
    match taken["act"]:
        case "move":
            known = {str(pk) for pk in Folder.objects.for_user(user).values_list("pk", flat=True)}
            for folder, ids in taken["before"].items():
                mine.filter(pk__in=ids).update(folder_id=folder if folder in known else None)
        case "tag":
            Asset.tags.through.objects.filter(
                tag__user=user, tag_id=taken["tag"], asset__in=mine.filter(pk__in=taken["assets"])
            ).delete()
        case "delete":
            mine.filter(pk__in=taken["assets"]).update(deleted_at=None)
        case "restore":
            for deleted_at, ids in taken["before"].items():
                # They are in the bin since when they were: their 30 days do not begin anew.
                mine.filter(pk__in=ids, deleted_at=None).update(deleted_at=deleted_at)
        case "blur":
            mine.filter(pk__in=taken["assets"]).update(blurred=not taken["blurred"])
        case "blur-all":
            privacy.turn(user, on=taken["on"])
        case "folder":
            folders.restore(user, taken["folder"])
