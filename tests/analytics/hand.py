"""A creator's six weeks, small enough to reckon by hand. The answers stand in the tests.

The day is Saturday, 28 November 2026. "Now" are the seven days from Sunday, 22 November on; "before" the seven before.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from analytics import events
from analytics.models import Event, RollupCursor
from analytics.rollups import running
from content.models import Content

NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
FAN: Final = {name: str(UUID(int=number)) for number, name in enumerate("ABCDEF", start=1)}


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def earned(
    user: User,
    when: datetime,
    fan: str,
    net: int,
    source: str = "subscription",
    platform: str = "onlyfans",
    **more: Any,
) -> None:
    """Record an earning of which the platform kept a fifth."""
    name = more.pop("event", "earning.recorded")
    data = {
        "earning_id": str(UUID(int=when.day * 100 + when.hour)),
        "fan_id": FAN[fan],
        "source": source,
        "platform": platform,
        "currency": "eur",
        "gross_minor": net * 5 // 4,
        "fee_minor": net // 4,
        "net_minor": net,
        "content_id": None,
        "occurred_at": when.isoformat(),
        **more,
    }
    events.record(name, user_id=user.pk, data=data, now=when)


def viewed(user: User, when: datetime, visitor: int, content: Content | None = None) -> None:
    data = {
        "page": "post" if content else "creator",
        "content_id": str(content.pk) if content else None,
        "referrer_host": "",
        "visitor": visitor,
        "device": "phone",
    }
    events.record("page.viewed", user_id=user.pk, data=data, now=when)


def live(user: User) -> Content:
    """Let everything happen, roll it up, and return the post that it is about."""
    post = Content.objects.create(user=user, title="Rain", body="Rain.", created_at=at(11, 1), updated_at=at(11, 1))
    pay(user, post)
    look(user, post)
    write(user, post)
    roll_up()
    return post


def roll_up() -> None:
    """Count what was not counted yet."""
    cursor, _new = RollupCursor.objects.get_or_create()
    # They arrived long ago: a rollup waits for transactions that are under way, as the test's own is.
    new = Event.objects.filter(arrival__gte=cursor.arrival)
    new.update(arrival=cursor.arrival)
    running.run_all(lambda: NOW)


def pay(user: User, post: Content) -> None:
    earned(user, at(9, 1), "F", 800)
    earned(user, at(9, 11), "F", 800)
    earned(user, at(10, 5), "E", 800)
    earned(user, at(11, 10), "E", 800)
    earned(user, at(11, 15), "A", 800)
    earned(user, at(11, 16), "D", 800)
    earned(user, at(11, 22), "A", 800)
    earned(user, at(11, 23), "B", 400, "tip", "fansly", content_id=str(post.pk))
    earned(user, at(11, 24), "C", 800, "tip", currency="usd")
    earned(user, at(11, 25), "A", 1600, "ppv", content_id=str(post.pk))
    earned(user, at(11, 26), "B", 400, "tip", "fansly", content_id=str(post.pk), event="earning.refunded")


def look(user: User, post: Content) -> None:
    for visitor in (1, 2, 3):
        viewed(user, at(11, 22, 18, visitor), visitor, post)
    viewed(user, at(11, 22, 18, 30), 1)
    viewed(user, at(11, 23, 9), 4)
    for fan, when in (("D", at(11, 16)), ("A", at(11, 22, 18)), ("B", at(11, 22, 18)), ("C", at(11, 23, 9))):
        events.record("fan.followed", user_id=user.pk, data={"fan_id": FAN[fan], "source": "page"}, now=when)


def write(user: User, post: Content) -> None:
    ids = {"generation_id": "1", "content_id": str(post.pk)}
    for status in ("done", "done", "failed"):
        data = {"generation_id": "1", "status": status, "content_id": None, "plan": "pro"}
        events.record("generation.finished", user_id=user.pk, data=data, now=at(11, 24))
    used = {**ids, "variant_id": "1", "how": "inserted"}
    events.record("draft.used", user_id=user.pk, data=used, now=at(11, 24))
    edited = {"content_id": str(post.pk), "origin": "ai_assisted"}
    events.record("draft.edited", user_id=user.pk, data=edited, now=at(11, 24))
    decided = {"run_id": "1", "proposal_id": "1", "effect": "save", "decision": "rejected"}
    events.record("proposal.decided", user_id=user.pk, data=decided, now=at(11, 24))
    for cost, baseline in (("1000", "10000"), ("500", "5000")):
        events.record("ai.completion", user_id=user.pk, data=call(cost, baseline), now=at(11, 24))


def call(cost: str, baseline: str) -> dict[str, Any]:
    return {
        "purpose": "generation",
        "reference": "1",
        "task_type": "marketing_template",
        "tier": "economy",
        "model": "gpt-4o-mini",
        "outcome": "ok",
        "cache": "none",
        "escalated": False,
        "attempts": 1,
        "input_tokens": 100,
        "cached_tokens": 0,
        "output_tokens": 50,
        "cost_micro_usd": cost,
        "baseline_micro_usd": baseline,
        "credits": 1,
        "plan": "pro",
    }
