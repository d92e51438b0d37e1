"""What the rows behind figures are called: posts, for the pages of analytics."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse
from django.utils.text import Truncator

from accounts.models import User
from analytics import naming
from analytics.naming import Name
from content.models import Content

MOST_LETTERS = 80


def register() -> None:
    naming.register("content", posts)


def posts(user: User, ids: list[str]) -> Mapping[str, Name]:
    """Return the names of those that are the user's own and not in the bin."""
    known = [key for one in ids if (key := an_id(one))]
    rows = Content.objects.for_user(user).filter(pk__in=known).only("id", "title", "body")
    return {
        str(row.pk): Name(Truncator(str(row)).chars(MOST_LETTERS), reverse("content:post-detail", args=[row.pk]))
        for row in rows
    }


def an_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
