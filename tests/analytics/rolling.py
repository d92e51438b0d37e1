"""Record what the tests of figures begin with, and roll it up."""

from __future__ import annotations

from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from accounts.models import User
from analytics import events
from analytics.models import Event, RollupCursor
from analytics.rollups import running


def roll_up(*, now: datetime | None = None) -> int:
    """Roll up all that was recorded, also in the transaction of a test, which to the cursor is still under way."""

    def clock() -> datetime:
        return now or timezone.now()

    if not connection.in_atomic_block:
        quiet()
        return running.run_all(clock, wait=True)
    reached = RollupCursor.objects.filter(pk=1).values_list("arrival", flat=True).first() or 0
    Event.objects.filter(arrival__gte=reached).update(arrival=reached)
    taken = running.run_all(clock, wait=True)
    RollupCursor.objects.update(arrival=reached + 1)
    return taken


def quiet() -> None:
    """Wait for every transaction of the cluster that began before this: each holds the cursor up, autovacuum's too."""
    deadline = monotonic() + 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        [began] = cursor.fetchone()
        while monotonic() < deadline:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s", [began])
            if cursor.fetchone() == (True,):
                return
            sleep(0.02)
    raise AssertionError("A transaction has been under way for forty seconds")


def viewed(user: User, at: datetime, *, visitor: int = 1, content_id: str | None = None, host: str = "") -> None:
    events.record(
        "page.viewed",
        user_id=user.pk,
        data={
            "page": "post" if content_id else "creator",
            "content_id": content_id,
            "referrer_host": host,
            "visitor": visitor,
            "device": "phone",
        },
        now=at,
    )


def followed(user: User, fan: object, at: datetime, *, source: str = "page") -> None:
    events.record("fan.followed", user_id=user.pk, data={"fan_id": str(fan), "source": source}, now=at)


def unfollowed(user: User, fan: object, at: datetime) -> None:
    events.record("fan.unfollowed", user_id=user.pk, data={"fan_id": str(fan)}, now=at)


def earned(user: User, at: datetime, *, what: str = "recorded", **fields: Any) -> dict[str, Any]:
    """Record 10.00 € of which 8.00 are left, unless told otherwise; return the data of the event."""
    data = {
        "earning_id": str(uuid4()),
        "fan_id": None,
        "source": "tip",
        "platform": "onlyfans",
        "currency": "eur",
        "gross_minor": 1000,
        "fee_minor": 200,
        "net_minor": 800,
        "content_id": None,
        "occurred_at": at.isoformat(),
        **fields,
    }
    events.record(f"earning.{what}", user_id=user.pk, data=data, now=at)
    return data
