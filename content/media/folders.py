"""Folders: made, renamed, moved, and put away without losing what lies in them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from content.models import Asset, Folder

MOST: Final = 500
DEEPEST: Final = 5


class NameTaken(Exception):
    """There is a folder of that name in the same place."""


class TooDeep(Exception):
    """Folders lie in one another up to five deep, and none in itself."""


class TooMany(Exception):
    """There are 500 folders already."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A folder in the tree, and how deep it lies."""

    folder: Folder
    depth: int

    @property
    def id(self) -> str:
        return str(self.folder.pk)

    @property
    def path(self) -> str:
        """The name, moved in as far as the folder lies: for a list of choices."""
        return "\u2003" * self.depth + self.folder.name


def tree(user: User) -> list[Branch]:
    """Return all folders in the order of the tree, each after the one that it lies in."""
    below: dict[UUID | str | None, list[Folder]] = defaultdict(list)
    for folder in Folder.objects.for_user(user).order_by("name", "pk"):
        below[folder.parent_id].append(folder)
    branches: list[Branch] = []

    def grow(parent: UUID | str | None, depth: int) -> None:
        for folder in sorted(below[parent], key=lambda one: one.name.casefold()):
            branches.append(Branch(folder, depth))
            grow(folder.pk, depth + 1)

    grow(None, 0)
    return branches


def make(user: User, name: str, parent: Folder | None, *, now: datetime) -> Folder:
    """Make a folder. Raises NameTaken, TooDeep and TooMany."""
    if depth_of(parent) + 1 > DEEPEST:
        raise TooDeep
    if Folder.objects.for_user(user).count() >= MOST:
        raise TooMany
    try:
        with transaction.atomic():
            return Folder.objects.create(user=user, name=name, parent=parent, created_at=now)
    except IntegrityError as error:
        raise NameTaken from error


def change(folder: Folder, name: str, parent: Folder | None) -> None:
    """Rename a folder, and put it into another one. Raises NameTaken and TooDeep."""
    above = parent
    while above is not None:
        if above.pk == folder.pk:
            raise TooDeep
        above = above.parent
    if depth_of(parent) + 1 > DEEPEST:
        raise TooDeep
    folder.name, folder.parent = name, parent
    try:
        with transaction.atomic():
            folder.save(update_fields=["name", "parent"])
    except IntegrityError as error:
        raise NameTaken from error


def depth_of(folder: Folder | None) -> int:
    depth = 0
    while folder is not None:
        depth, folder = depth + 1, folder.parent
    return depth


def remove(folder: Folder) -> dict[str, Any]:
    """Take a folder away; what lies in it moves to where the folder lay. Return what `restore` needs.

    Raises NameTaken when a folder in it has the name of one beside it.
    """
    with transaction.atomic():
        children = [str(pk) for pk in Folder.objects.filter(parent=folder).values_list("pk", flat=True)]
        assets = [str(pk) for pk in Asset.objects.filter(folder=folder).values_list("pk", flat=True)]
        record = {
            "id": str(folder.pk),
            "name": folder.name,
            "parent": str(folder.parent_id) if folder.parent_id else None,
            "created_at": folder.created_at.isoformat(),
            "children": children,
            "assets": assets,
        }
        try:
            with transaction.atomic():
                Folder.objects.filter(parent=folder).update(parent=folder.parent)
        except IntegrityError as error:
            raise NameTaken from error
        Asset.objects.filter(folder=folder).update(folder=folder.parent)
        folder.delete()
    return record


def restore(user: User, record: dict[str, Any]) -> None:
    """Bring a folder back with what lay in it, as far as it is still there. Raises NameTaken."""
    mine = Folder.objects.for_user(user)
    parent = mine.filter(pk=record["parent"]).first() if record["parent"] else None
    try:
        with transaction.atomic():
            folder = Folder.objects.create(
                pk=record["id"],
                user=user,
                name=record["name"],
                parent=parent,
                created_at=datetime.fromisoformat(record["created_at"]),
            )
            mine.filter(pk__in=record["children"]).update(parent=folder)
            Asset.objects.filter(user=user, pk__in=record["assets"]).update(folder=folder)
    except IntegrityError as error:
        raise NameTaken from error
