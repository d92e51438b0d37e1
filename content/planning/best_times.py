"""When a creator's posts are looked at most: told only when there is enough to tell it from.

Views and clicks come with events of the public page. Until a creator has POSTS_NEEDED posts with views, the answer is
how many there are and how many it takes; nothing is guessed from other people, or from when the creator likes to post.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, IntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, ExtractHour, ExtractIsoWeekDay

from accounts.models import User
from analytics.models import Event
from content.models import Slot
from content.planning import wall_clock

POSTS_NEEDED: Final = 10
VIEWS_IN_A_CELL: Final = 3
WINDOW: Final = timedelta(days=90)
BEST: Final = 3


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week on the creator's clock (Monday is 0), and how often posts were looked at in it."""

    weekday: int
    hour: int
    views: int

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
    """Return the hours in which the creator's posts were looked at most in the last 90 days."""
    seen = Event.objects.filter(
        user_id=user.pk, event__in=["post.viewed", "post.clicked"], created_at__gt=now - WINDOW, created_at__lte=now
    )
    posts = seen.aggregate(posts=Count(KT("data__content_id"), distinct=True))["posts"]
    if posts < POSTS_NEEDED:
        return Hint(posts, POSTS_NEEDED, ())
    zone = wall_clock.zone_of(user)
    cells = (
        seen.annotate(
            weekday=Cast(ExtractIsoWeekDay("created_at", tzinfo=zone), IntegerField()),
            hour=ExtractHour("created_at", tzinfo=zone),
        )
        .values("weekday", "hour")
        .annotate(views=Count("pk"))
        .filter(views__gte=VIEWS_IN_A_CELL)
        .order_by("-views", "weekday", "hour")[:BEST]
    )
    return Hint(posts, POSTS_NEEDED, tuple(Hour(cell["weekday"] - 1, cell["hour"], cell["views"]) for cell in cells))
