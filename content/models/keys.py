"""How rows of creators are named and found."""

from __future__ import annotations

from typing import Self, TypeVar
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Func

from accounts.models import User

M = TypeVar("M", bound=models.Model)


def uuid_key() -> models.UUIDField[UUID | str, UUID]:
    """Return a primary key that PostgreSQL makes, and that grows with time."""
    return models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)


class OwnedQuerySet(models.QuerySet[M]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)


class BinnedQuerySet(OwnedQuerySet[M]):
    """Rows that their owner can take back for a while after deleting them: `deleted_at` says since when."""

    def for_user(self, user: User) -> Self:
        return self.filter(user=user, deleted_at=None)

    def in_bin(self, user: User) -> Self:
        return self.filter(user=user, deleted_at__isnull=False)


def search_vector(*fields: str) -> models.Expression:
    """Return the words of some text columns, stemmed as French and as English: a creator may write both in one text.

    `content.search.query` asks for them.
    """
    return SearchVector(*fields, config="french") + SearchVector(*fields, config="english")
