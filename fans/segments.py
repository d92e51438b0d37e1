"""Segments: fans by what they did, computed whenever they are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from fans.models import Fan

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NEW: Final = timedelta(days=14)
ACTIVE: Final = timedelta(days=30)
DORMANT: Final = timedelta(days=90)
PAYING: Final = timedelta(days=35)
"""A month, and some days in which a renewal may be late."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter: its name, what it means in a sentence, and who is in it at a moment."""

    key: str
    label: _StrPromise
    meaning: _StrPromise
    icon: str
    of: Callable[[datetime], Q]


SEGMENTS: Final = {
    segment.key: segment
    for segment in (
        Segment(
            "new",
            _("New"),
            _("First seen in the last 14 days"),
            "sparkles",
            lambda now: Q(first_seen_at__gt=now - NEW),
        ),
        Segment(
            "active",
            _("Active"),
            _("Followed, paid or wrote in the last 30 days"),
            "activity",
            lambda now: Q(last_seen_at__gt=now - ACTIVE),
        ),
        Segment(
            "at-risk",
            _("At risk"),
            _("Paid before, and nothing was heard of them for 30 to 90 days"),
            "heart-crack",
            lambda now: Q(last_seen_at__lte=now - ACTIVE, last_seen_at__gt=now - DORMANT, last_paid_at__isnull=False),
        ),
        Segment(
            "dormant",
            _("Dormant"),
            _("Nothing was heard of them for 90 days"),
            "moon",
            lambda now: Q(last_seen_at__lte=now - DORMANT),
        ),
        Segment(
            "followers",
            _("Followers"),
            _("Follow your page here"),
            "user-round-check",
            lambda _now: Q(followed_at__isnull=False),
        ),
        Segment(
            "paying",
            _("Paying"),
            _("Paid in the last 35 days"),
            "wallet",
            lambda now: Q(last_paid_at__gt=now - PAYING),
        ),
    )
}


def counts(creator: User, *, now: datetime) -> Counter[str]:
    """Return how many fans are in each segment, and under "" how many there are: one query, out of one index."""
    asked = {key: Count("pk", filter=segment.of(now)) for key, segment in SEGMENTS.items()}
    named = {f"in_{key.replace('-', '_')}": count for key, count in asked.items()}
    found = Fan.objects.for_user(creator).order_by().aggregate(all_of_them=Count("pk"), **named)
    return Counter({"": found["all_of_them"]} | {key: found[f"in_{key.replace('-', '_')}"] for key in SEGMENTS})
