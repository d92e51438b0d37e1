"""What a creator should do today, the most pressing first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from accounts.middleware import time_zone
from accounts.models import User
from billing import quota
from content.home import going_out, room, unfinished
from content.home.reasons import Reason

MOST_SHOWN: Final = 9
FAR_AWAY: Final = datetime.max.replace(tzinfo=UTC)


def reasons(user: User, status: quota.Status, *, now: datetime) -> list[Reason]:
    """Return what to do, in a fixed number of queries that read a bounded number of rows."""
    found = [
        *going_out.reasons(user, now=now, day_ends=end_of_day(user, now)),
        *unfinished.reasons(user, now=now),
        *room.empty_slots(user, now=now),
        *room.credits(status),
    ]
    return sorted(found, key=lambda reason: (reason.urgency, reason.due_at or FAR_AWAY))[:MOST_SHOWN]


def end_of_day(user: User, now: datetime) -> datetime:
    """Return the coming midnight on the creator's clock."""
    local = now.astimezone(time_zone(user) or UTC)
    tomorrow = local.date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=local.tzinfo)
