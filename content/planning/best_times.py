"""When a creator's posts are looked at most: told only when there is enough to tell it from.

Views come with events of the public page. Until a creator has POSTS_NEEDED posts with views, the answer is how many
there are and how many it takes; nothing is guessed from other people, or from when the creator likes to post.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.models import User
from analytics import best_hours, figures
from content.models import Slot

POSTS_NEEDED: Final = 10


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week on the creator's clock (Monday is 0), and how often fans were there in it."""

    weekday: int
    hour: int
    count: int

    @property
    def day_name(self) -> str:
        return str(Slot.Weekday(self.weekday).label)


@dataclass(frozen=True, slots=True)
class Hint:
    """The best hours, or none as long as there is too little to tell them from."""

    posts: int
    needed: int
    hours: tuple[Hour, ...]

    @property
    def is_enough(self) -> bool:
        return bool(self.hours)


def hint(user: User, *, now: datetime) -> Hint:
    """Return the hours in which the creator's fans did most in the last 90 days."""
    first, end = (now - best_hours.WINDOW).date(), now.date() + timedelta(days=1)
    posts = figures.different(user, "content.viewed", first, end)
    if posts < POSTS_NEEDED:
        return Hint(posts, POSTS_NEEDED, ())
    best = best_hours.of(user, now=now).best
    return Hint(posts, POSTS_NEEDED, tuple(Hour(hour.weekday, hour.hour, hour.count) for hour in best))
