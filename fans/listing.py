"""A creator's fans as the list shows them: those heard of last come first, by filters, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from fans.models import Fan, FanIdentity, FanTag
from fans.segments import SEGMENTS

PAGE: Final = 50
BATCH: Final = 500
MOST_TAGS: Final = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters; each that is empty filters nothing."""

    text: str = ""
    segment: str = ""
    platform: str = ""
    tag: FanTag | None = None
    binned: bool = False

    @property
    def tag_id(self) -> str:
        return str(self.tag.pk) if self.tag else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.segment or self.platform or self.tag)


@dataclass(frozen=True, slots=True)
class Page:
    """Some fans, and the id to go on after when there are more."""

    fans: list[Fan]
    after: UUID | None


def page(creator: User, wanted: Wanted, *, now: datetime, after: UUID | None = None, size: int = PAGE) -> Page:
    """Return the fans who match and were heard of last, or those who come after the one with an id."""
    rows = matching(creator, wanted, now=now)
    if after is not None:
        last = Fan.objects.filter(user=creator, pk=after).values_list("recent_at", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(recent_at__lt=last) | Q(recent_at=last, pk__lt=after))
    found = list(with_all_shown(rows.order_by("-recent_at", "-pk"))[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def matching(creator: User, wanted: Wanted, *, now: datetime) -> QuerySet[Fan]:
    fans = Fan.objects.in_bin(creator) if wanted.binned else Fan.objects.for_user(creator)
    condition = Q()
    if wanted.segment:
        condition &= SEGMENTS[wanted.segment].of(now)
    if wanted.platform:
        condition &= Q(Exists(FanIdentity.objects.filter(user=creator, fan=OuterRef("pk"), platform=wanted.platform)))
    if wanted.tag is not None:
        condition &= Q(Exists(Fan.tags.through.objects.filter(fan=OuterRef("pk"), fantag=wanted.tag)))
    for word in wanted.text.lower().split():
        condition &= Q(words__contains=word.removeprefix("@"))
    return fans.filter(condition)


def with_all_shown(fans: QuerySet[Fan]) -> QuerySet[Fan]:
    """Load with the fans what a row shows, in one query for each kind, however many rows there are."""
    return (
        fans.defer("words")
        .prefetch_related(Prefetch("identities", FanIdentity.objects.order_by("platform", "handle")))
        .prefetch_related(Prefetch("tags", FanTag.objects.order_by("name")))
    )


def tags(creator: User) -> list[FanTag]:
    """Return the creator's tags that a fan has, by name; at most 200."""
    tagged = Fan.tags.through.objects.filter(fantag=OuterRef("pk"))
    return list(FanTag.objects.for_user(creator).filter(Exists(tagged)).order_by("name")[:MOST_TAGS])


def all_of(creator: User, wanted: Wanted, *, now: datetime) -> Iterator[Fan]:
    """Yield every fan who matches, a batch at a time: memory does not grow with their number."""
    after = None
    while True:
        found = page(creator, wanted, now=now, after=after, size=BATCH)
        yield from found.fans
        if found.after is None:
            return
        after = found.after
