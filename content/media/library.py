"""What is in the library, as its pages list it: newest first, by filters, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q

from accounts.models import User
from content import search as content_search
from content.models import Asset, Attachment, Folder, Tag

PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters. A folder stands for what lies in it itself; a search goes through all folders."""

    text: str = ""
    kind: str = ""
    folder: Folder | None = None
    tag: Tag | None = None
    unused: bool = False
    binned: bool = False
    usable: bool = False

    @property
    def folder_id(self) -> str:
        return str(self.folder.pk) if self.folder else ""

    @property
    def tag_id(self) -> str:
        return str(self.tag.pk) if self.tag else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.kind or self.tag or self.unused)


@dataclass(frozen=True, slots=True)
class Page:
    """Some files, and the id to go on from when there are older ones."""

    assets: list[Asset]
    before: UUID | None


def page(user: User, wanted: Wanted, *, before: UUID | None = None, size: int = PAGE) -> Page:
    """Return the newest files that match and are older than `before`. Ids grow with time."""
    assets = Asset.objects.in_bin(user) if wanted.binned else Asset.objects.for_user(user)
    # What is on its way in is shown by its upload.
    assets = assets.exclude(state=Asset.State.UPLOADING).filter(matches(user, wanted))
    if before is not None:
        assets = assets.filter(pk__lt=before)
    found = list(
        assets.order_by("-pk")
        .defer("search")
        .prefetch_related(Prefetch("tags", Tag.objects.order_by("name")))[: size + 1]
    )
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def matches(user: User, wanted: Wanted) -> Q:
    condition = ~Q(state=Asset.State.REJECTED) if wanted.usable else Q()
    if wanted.kind:
        condition &= Q(kind=wanted.kind)
    if wanted.tag is not None:
        condition &= Q(tags=wanted.tag)
    if wanted.unused:
        condition &= ~Q(Exists(Attachment.objects.filter(asset=OuterRef("pk"))))
    if wanted.text:
        condition &= search(user, wanted.text)
    elif wanted.folder is not None:
        condition &= Q(folder=wanted.folder)
    return condition


def search(user: User, text: str) -> Q:
    """Return the condition that a file's name, description or tags have these words, the last one perhaps unfinished."""
    asked = content_search.query(text)
    if asked is None:
        return Q()
    named = Q(search=asked)
    # Few of a creator's tags match; without any, the files are found by one index.
    tags = list(Tag.objects.for_user(user).filter(name__icontains=text.strip()).order_by("pk")[:20])
    if tags:
        through = Asset.tags.through.objects.filter(tag__in=tags)
        named |= Q(pk__in=through.values("asset_id"))
    return named


def tiles(user: User, ids: list[UUID]) -> list[Asset]:
    """Return these files of the user's, newest first: for a page that shows some of them and asks how they do."""
    rows = Asset.objects.for_user(user).filter(pk__in=ids).exclude(state=Asset.State.UPLOADING)
    return list(rows.order_by("-pk").defer("search").prefetch_related(Prefetch("tags", Tag.objects.order_by("name"))))


def of_ids(user: User, ids: list[UUID]) -> list[Asset]:
    """Return these files of the user's, whether in the bin or not, in no particular order."""
    return list(Asset.objects.filter(user=user, pk__in=ids).order_by("pk").defer("search"))
