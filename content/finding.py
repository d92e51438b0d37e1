"""What the command palette finds of a creator's own: posts, media and voices."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts import finding
from accounts.finding import Found
from accounts.models import User
from content import search
from content.models import Asset, Content, PostTemplate, Voice

MOST_LETTERS = 60


def register() -> None:
    finding.register("posts", _("Posts"), posts)
    finding.register("templates", _("Templates"), templates)
    finding.register("media", _("Media"), media)
    finding.register("voices", _("Voices"), voices)


def posts(user: User, words: str, most: int) -> Sequence[Found]:
    asked = search.query(words)
    if asked is None:
        return []
    rows = Content.objects.for_user(user).filter(pk__in=search.posts(user, asked)).order_by("-id")[:most]
    return [
        Found(
            Truncator(str(row)).chars(MOST_LETTERS),
            reverse("content:post-detail", args=[row.pk]),
            "notebook-text",
            str(row.get_state_display()),
        )
        for row in rows
    ]


def templates(user: User, words: str, most: int) -> Sequence[Found]:
    rows = PostTemplate.objects.for_user(user).filter(name__icontains=words).order_by("name", "id")[:most]
    create = reverse("content:create")
    return [Found(row.name, f"{create}?template={row.pk}", "layout-template") for row in rows]


def media(user: User, words: str, most: int) -> Sequence[Found]:
    asked = search.query(words)
    if asked is None:
        return []
    rows = Asset.objects.for_user(user).filter(search=asked).order_by("-id")[:most]
    icons = {Asset.Kind.IMAGE: "image", Asset.Kind.VIDEO: "video"}
    return [
        Found(Truncator(row.name).chars(MOST_LETTERS), url, icons[Asset.Kind(row.kind)])
        for row in rows
        if (url := address("content:media-detail", row))
    ]


def voices(user: User, words: str, most: int) -> Sequence[Found]:
    rows = Voice.objects.for_user(user).filter(name__icontains=words).order_by("name", "id")[:most]
    return [Found(row.name, url, "audio-lines") for row in rows if (url := address("content:voice-detail", row))]


def address(name: str, row: Asset | Voice) -> str:
    """Return where a row is shown; "" in a release in which it has no page."""
    try:
        return reverse(name, args=[row.pk])
    except NoReverseMatch:
        return ""
