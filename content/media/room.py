"""How much storage a creator's plan has, and what is taken of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from accounts.models import User
from billing import plans
from content.models import Asset


class StorageFull(Exception):
    """The plan's storage does not have room for the file."""

    def __init__(self, room: Room, size: int) -> None:
        super().__init__("The plan's storage is full: delete files and empty the bin, or choose a larger plan.")
        self.room = room
        self.size = size


@dataclass(frozen=True, slots=True)
class Room:
    """What the plan gives, and what is taken: the bin and unfinished uploads included."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.used / self.limit))

    @property
    def is_full(self) -> bool:
        return self.used >= self.limit

    @property
    def is_nearly_full(self) -> bool:
        return self.percent >= 80


def storage_used(user: User) -> int:
    """Return the bytes that count against the plan: what is stored, in the bin, and announced by uploads under way."""
    counted = Asset.objects.filter(user=user).exclude(state=Asset.State.REJECTED)
    return int(counted.aggregate(used=Sum("size"))["used"] or 0)


def of(user: User) -> Room:
    return Room(used=storage_used(user), limit=plans.get(user.tier).storage_bytes)


def take(user: User, size: int) -> None:
    """See that `size` bytes fit, in the caller's transaction, which then stores the asset that takes them.

    Uploads that begin at once wait for each other here, so they cannot pass the limit together. Raises StorageFull.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    room = of(user)
    if size > room.left:
        raise StorageFull(room, size)
