"""Texts to begin with, kept for the next time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from content import channels
from content.models import Channel, Content, PostTemplate

MOST: Final = 100


class NameTaken(Exception):
    """The creator has a template of this name already."""


class TooMany(Exception):
    """The creator has as many templates as there may be: delete one first."""


def listed(user: User) -> list[PostTemplate]:
    return list(PostTemplate.objects.for_user(user).order_by("name", "pk")[:MOST])


def find(user: User, text: str) -> PostTemplate | None:
    """Return the user's template whose id this is; None for anything else."""
    try:
        return PostTemplate.objects.for_user(user).filter(pk=UUID(text)).first()
    except ValueError:
        return None


def of_content(content: Content) -> dict[str, Any]:
    """Return what a template made of this post says."""
    return {"title": content.title, "body": content.body, "channels": channels.of(content)}


def keep(
    user: User, *, name: str, title: str, body: str, chosen: Sequence[str], now: datetime, template: PostTemplate | None
) -> PostTemplate:
    """Store a template, or change one. Raises NameTaken and TooMany."""
    if template is None:
        if PostTemplate.objects.for_user(user).count() >= MOST:
            raise TooMany("Delete a template first: there may be 100.")
        template = PostTemplate(user=user, created_at=now)
    template.name, template.title, template.body = name, title, body
    template.channels = [channel for channel in Channel.values if channel in chosen]
    template.updated_at = now
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise NameTaken("Choose another name: there is a template of this one.") from error
    return template


def remove(template: PostTemplate) -> dict[str, Any]:
    """Delete a template; return what `put_back` needs."""
    taken = {
        "name": template.name,
        "title": template.title,
        "body": template.body,
        "chosen": list(template.channels),
    }
    template.delete()
    return taken


def put_back(user: User, taken: dict[str, Any], *, now: datetime) -> PostTemplate:
    """Store a deleted template again. Raises NameTaken and TooMany."""
    return keep(user, now=now, template=None, **taken)
