"""What a creator's page shows: published posts, and of those for followers, to anybody else, only that they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from content import media
from content.models import Asset, Attachment, Channel, ChannelText, Content, Origin, Publication

PAGE: Final = 12
MOST_MEDIA: Final = 10
OWN_TEXT: Final = ChannelText.objects.filter(
    content=OuterRef("content"), channel=Channel.HUNTAZE, customized=True
).order_by("pk")
"""What a post says on the page alone, where it says something else there."""


class UnknownPost(Exception):
    """No published post of this creator has the id."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A media file at addresses that open it for a while; `poster` is the still of a video."""

    is_video: bool
    url: str
    poster: str
    alt: str
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """A post as its reader may see it. One that is `locked` is for followers: nothing of what it says is in here."""

    id: UUID
    content_id: UUID
    published_at: datetime
    locked: bool
    title: str
    body: str
    language: str
    origin: str
    media: Sequence[Shown]

    @property
    def by_ai(self) -> bool:
        return self.origin == Origin.AI_GENERATED

    @property
    def with_ai(self) -> bool:
        return self.origin == Origin.AI_ASSISTED


@dataclass(frozen=True, slots=True)
class Posts:
    """A part of a page's posts, the newest first; `older` is the id to go on before, None at the end."""

    shown: list[Post]
    older: UUID | None


def posts(creator: User, *, now: datetime, before: UUID | None = None, follows: bool = False) -> Posts:
    """Return the newest posts, or those before the post with an id, as a stranger or who `follows` may see them.

    Raises UnknownPost.
    """
    found = published(creator)
    if before is not None:
        last = found.filter(pk=before).values_list("published_at", flat=True).first()
        if last is None:
            raise UnknownPost(str(before))
        found = found.filter(Q(published_at__lt=last) | Q(published_at=last, pk__lt=before))
    rows = list(
        found.select_related("content")
        .annotate(own_origin=Subquery(OWN_TEXT.values("origin")[:1]))
        .only("user_id", "title", "body", "published_at", "content__audience", "content__origin", "content__language")
        .order_by("-published_at", "-pk")[: PAGE + 1]
    )
    shown, more = rows[:PAGE], rows[PAGE:]
    attached = media_of([row.content_id for row in shown if not is_locked(row, follows=follows)])
    return Posts(
        shown=[
            post(row, [as_shown(asset, now) for asset in attached.get(row.content_id, [])], follows=follows)
            for row in shown
        ],
        older=shown[-1].pk if more else None,
    )


def is_empty(creator: User) -> bool:
    return not published(creator).exists()


def published(creator: User) -> QuerySet[Publication]:
    return Publication.objects.for_user(creator).filter(
        channel=Channel.HUNTAZE, state=Publication.State.PUBLISHED, content__deleted_at=None
    )


def is_locked(row: Publication, *, follows: bool) -> bool:
    # Whatever else there will be: only what is for the reader is open.
    open_to = {Content.Audience.PUBLIC, Content.Audience.FOLLOWERS} if follows else {Content.Audience.PUBLIC}
    return row.content.audience not in open_to


def post(row: Publication, shown: Sequence[Shown], *, follows: bool) -> Post:
    locked = is_locked(row, follows=follows)
    if row.published_at is None:
        raise UnknownPost(str(row.pk))
    return Post(
        id=row.pk,
        content_id=row.content_id,
        published_at=row.published_at,
        locked=locked,
        title="" if locked else row.title,
        body="" if locked else row.body,
        language=row.content.language,
        origin=getattr(row, "own_origin", "") or row.content.origin,
        media=[] if locked else shown,
    )


def media_of(contents: Sequence[UUID]) -> dict[UUID, list[Asset]]:
    """Return the media of each content in its creator's order; what is not ready, or was deleted, is left out."""
    found: dict[UUID, list[Asset]] = {}
    rows = (
        Attachment.objects.filter(
            content__in=contents, asset__state=Asset.State.READY, asset__deleted_at=None, position__lt=MOST_MEDIA
        )
        .select_related("asset")
        .prefetch_related("asset__renditions")
        .order_by("position", "pk")
    )
    for row in rows:
        found.setdefault(row.content_id, []).append(row.asset)
    return found


def as_shown(asset: Asset, now: datetime) -> Shown:
    is_video = asset.kind == Asset.Kind.VIDEO
    preview = media.url(asset, "preview", now=now)
    return Shown(
        is_video=is_video,
        url=media.url(asset, played(asset), now=now) if is_video else preview,
        poster=preview if is_video else "",
        alt=asset.alt_text,
        width=asset.width,
        height=asset.height,
    )


def played(asset: Asset) -> str:
    """Return which shape of a video browsers can play: the one made for them, where the original is none."""
    return "play" if any(rendition.name == "play" for rendition in asset.renditions.all()) else "original"
