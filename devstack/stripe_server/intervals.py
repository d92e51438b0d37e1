"""Billing periods: the calendar that Stripe counts by, in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from devstack.stripe_server.world import Object


def after(anchor: int, recurring: Object, times: int = 1) -> int:
    """Return the time that lies so many intervals behind an anchor; a day that a month lacks is its last one."""
    count = recurring["interval_count"] * times
    start = datetime.fromtimestamp(anchor, UTC)
    if recurring["interval"] in {"day", "week"}:
        days = count * (7 if recurring["interval"] == "week" else 1)
        return int((start + timedelta(days=days)).timestamp())
    months = start.year * 12 + start.month - 1 + count * (12 if recurring["interval"] == "year" else 1)
    year, month = divmod(months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def next_end(anchor: int, recurring: Object, now: int) -> int:
    """Return the first end of an interval, counted from the anchor, that lies behind `now`."""
    times = 1
    if anchor > now:
        return anchor
    while (end := after(anchor, recurring, times)) <= now:
        times += 1
    return end


def day(moment: int) -> str:
    """Return a date as Stripe writes it into the lines of an invoice."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%b %Y}"
