"""What fans are called, for the pages of analytics, which know them by a number."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from accounts.models import User
from analytics import naming
from analytics.naming import Name
from fans.models import Fan


def register() -> None:
    naming.register("fan", fans)


def fans(user: User, ids: list[str]) -> Mapping[str, Name]:
    """Return the names of those that are the creator's own and not in the bin."""
    known = [key for one in ids if (key := an_id(one))]
    rows = Fan.objects.for_user(user).filter(pk__in=known).only("id", "name")
    return {str(row.pk): Name(row.name, address(row)) for row in rows}


def address(row: Fan) -> str:
    """Return the page of a fan, from the release on that has one."""
    try:
        return reverse("fans:fan", args=[row.pk])
    except NoReverseMatch:
        return ""


def an_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
