"""A creator's own words for posts and media that belong together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from content.models import Asset, Content, Tag

LONGEST: Final = 40
MOST: Final = 20
"""Tags of one post or file."""
MOST_COUNTED: Final = 100
"""A count says "99+" from here on: counting it all would take the longer the more there is."""


def named(user: User, name: str) -> Tag:
    """Return the user's tag of this name, however it is written; make one when there is none."""
    clean = cleaned(name)
    found = Tag.objects.for_user(user).filter(name__iexact=clean).first()
    return found or Tag.objects.create(user=user, name=clean)


def cleaned(name: str) -> str:
    return " ".join(name.strip().lstrip("#").split())[:LONGEST]


def used(user: User) -> list[Tag]:
    """Return the user's tags that a post has, by name; at most 200."""
    # Looks a tag's posts through only until it meets one.
    tagged = Content.tags.through.objects.filter(tag=OuterRef("pk"), content__deleted_at=None)
    return list(Tag.objects.for_user(user).filter(Exists(tagged)).order_by("name")[:200])


def choices(tags: Iterable[Tag]) -> list[tuple[str, str]]:
    """Return tags as the values and words of a choice."""
    return [(str(tag.pk), f"#{tag.name}") for tag in tags]


def all_of(user: User) -> list[Tag]:
    """Return the user's tags by name, each with `posts` and `files`, some of what has it: up to MOST_COUNTED ids.

    At most 500 tags.
    """
    posts = Content.tags.through.objects.filter(tag=OuterRef("pk"), content__deleted_at=None).order_by("-pk")
    files = Asset.tags.through.objects.filter(tag=OuterRef("pk"), asset__deleted_at=None).order_by("-pk")
    some = {
        "posts": ArraySubquery(posts.values("pk")[:MOST_COUNTED]),
        "files": ArraySubquery(files.values("pk")[:MOST_COUNTED]),
    }
    return list(Tag.objects.for_user(user).annotate(**some).order_by("name")[:500])


def put_on(user: User, contents: Sequence[Content], name: str) -> tuple[Tag, list[UUID]]:
    """Put a tag on posts; return it, and the posts that did not have it."""
    with transaction.atomic():
        tag = named(user, name)
        through = Content.tags.through
        ids = [content.pk for content in contents]
        had = set(through.objects.filter(tag=tag, content__in=ids).values_list("content_id", flat=True))
        new = [pk for pk in ids if pk not in had]
        through.objects.bulk_create([through(content_id=pk, tag=tag) for pk in new], ignore_conflicts=True)
    return tag, new


def take_off(tag: Tag, ids: Sequence[UUID]) -> list[UUID]:
    """Take a tag off posts; return those that had it."""
    with transaction.atomic():
        rows = Content.tags.through.objects.filter(tag=tag, content__user=tag.user, content__in=ids)
        had = list(rows.values_list("content_id", flat=True))
        rows.delete()
    return had


def rename(tag: Tag, name: str) -> Tag:
    """Give a tag another name; where the user has that tag already, the two become one. Return what it is now."""
    clean = cleaned(name)
    with transaction.atomic():
        other = Tag.objects.for_user(tag.user).filter(name__iexact=clean).exclude(pk=tag.pk).first()
        if other is None:
            tag.name = clean
            tag.save(update_fields=["name"])
            return tag
        merge(tag, other)
        return other


def merge(tag: Tag, into: Tag) -> None:
    """Put `into` on everything that has `tag`, and remove `tag`, in the caller's transaction."""
    into.contents.add(*tag.contents.all())
    into.assets.add(*tag.assets.all())
    tag.delete()


def remove(tag: Tag) -> dict[str, object]:
    """Remove a tag; return what `put_back` needs."""
    with transaction.atomic():
        taken: dict[str, object] = {
            "name": tag.name,
            "contents": [str(pk) for pk in tag.contents.values_list("pk", flat=True)],
            "assets": [str(pk) for pk in tag.assets.values_list("pk", flat=True)],
        }
        tag.delete()
    return taken


def put_back(user: User, name: str, contents: Sequence[str], assets: Sequence[str]) -> Tag:
    """Make a removed tag again, on everything of the user's that had it and is still there."""
    with transaction.atomic():
        tag = named(user, name)
        tag.contents.add(*Content.objects.filter(user=user, pk__in=contents).defer("search"))
        tag.assets.add(*Asset.objects.filter(user=user, pk__in=assets).defer("search"))
    return tag
