"""The posts that a creator keeps, as the list shows them: newest first, by filters, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from content import search
from content.models import ChannelText, Content, Publication, Tag

PAGE: Final = 30
MOST_COUNTED: Final = 100
"""A count says "99+" from here on: nobody reads more, and counting it all would take the longer the more there is."""

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters; each that is empty filters nothing."""

    text: str = ""
    state: str = ""
    channel: str = ""
    type: str = ""
    origin: str = ""
    tag: Tag | None = None
    run: UUID | None = None
    binned: bool = False

    @property
    def tag_id(self) -> str:
        return str(self.tag.pk) if self.tag else ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.state or self.channel or self.type or self.origin or self.tag or self.run)


@dataclass(frozen=True, slots=True)
class Page:
    """Some posts, and the id to go on from when there are older ones."""

    contents: list[Content]
    before: UUID | None


def page(user: User, wanted: Wanted, *, before: UUID | None = None, size: int = PAGE) -> Page:
    """Return the newest posts that match and are older than `before`. Ids grow with time."""
    rows = matching(user, wanted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(with_all_shown(rows.order_by("-pk"))[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def matching(user: User, wanted: Wanted) -> QuerySet[Content]:
    contents = Content.objects.in_bin(user) if wanted.binned else Content.objects.for_user(user)
    condition = Q()
    for field in ("state", "type", "origin"):
        if value := getattr(wanted, field):
            condition &= Q(**{field: value})
    if wanted.run is not None:
        condition &= Q(run=wanted.run)
    if wanted.tag is not None:
        condition &= Q(tags=wanted.tag)
    if wanted.channel:
        named = ChannelText.objects.filter(content=OuterRef("pk"))
        # Texts of the API and of older days name a platform only.
        condition &= Q(Exists(named.filter(channel=wanted.channel))) | (Q(platform=wanted.channel) & ~Q(Exists(named)))
    if wanted.text:
        asked = search.query(wanted.text)
        condition &= Q(pk__in=search.posts(user, asked)) if asked is not None else Q()
    return contents.filter(condition)


def with_all_shown(contents: QuerySet[Content]) -> QuerySet[Content]:
    """Load with the posts what a row shows, in one query for each kind, however many rows there are."""
    going_out: QuerySet[Publication] = Publication.objects.exclude(state=Publication.State.CANCELED)
    return contents.defer("search").prefetch_related(
        "channels",
        Prefetch("tags", Tag.objects.order_by("name")),
        Prefetch("publications", going_out.order_by("due_at", "pk")),
    )


def counts(user: User) -> Counter[str]:
    """Return how many posts stand in each state, and under "" how many there are; each exact below MOST_COUNTED.

    One query, which reads at most MOST_COUNTED posts of each state.
    """
    first, *others = (
        Content.objects.for_user(user).filter(state=state).order_by("-pk").values_list("state")[:MOST_COUNTED]
        for state in Content.State.values
    )
    found = Counter(state for (state,) in first.union(*others, all=True))
    found[""] = found.total()
    return found


def all_of(user: User, wanted: Wanted) -> Iterator[Content]:
    """Yield every post that matches, newest first, a batch at a time: memory does not grow with their number."""
    before = None
    while True:
        found = page(user, wanted, before=before, size=BATCH)
        yield from found.contents
        if found.before is None:
            return
        before = found.before


def of_ids(user: User, ids: list[UUID]) -> list[Content]:
    """Return these posts of the user's, whether in the bin or not, newest first."""
    return list(
        Content.objects.filter(user=user, pk__in=ids).order_by("-pk").defer("search").prefetch_related("channels")
    )
