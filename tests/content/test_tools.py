"""What agents can look up of a creator's texts: real rows, their own, bounded, each under its reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from ai_routing import tools
from ai_routing.models import LedgerEntry
from ai_routing.models.work import Status
from ai_routing.prompts.material import Material
from content.models import Content, Generation
from tests.content import states
from tests.content.publishing.conftest import store

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def post(user: User, number: int = 0, **fields: Any) -> Content:
    created = fields.pop("created_at", NOW - DAY)
    body = fields.pop("body", f"Text {number}")
    return Content.objects.create(
        user=user, body=body, created_at=created, updated_at=created, **{"platform": "instagram", **fields}
    )


def generation(user: User, **fields: Any) -> Generation:
    given = {"status": Status.DONE, "created_at": NOW - DAY, "finished_at": NOW, **fields}
    return Generation.objects.create(
        user=user, prompt="p", task_type="chatbot", platform="x", language="en", length="short", decision={}, **given
    )


def entry(user: User, cost: str | None, baseline: str | None, credits: int = 1, **fields: Any) -> None:
    LedgerEntry.objects.create(
        user=user,
        purpose="content",
        reference=uuid4(),
        task_type="chatbot",
        complexity=2,
        critical=False,
        tier="economy",
        reason="r",
        provider="openai",
        model="gpt-4o-mini",
        prompt_version="v",
        attempt=1,
        outcome="completed",
        cost_micro_usd=cost and Decimal(cost),
        baseline_micro_usd=baseline and Decimal(baseline),
        credits=credits,
        **{"created_at": NOW - DAY, **fields},
    )


def look(user: User, tool: str, **arguments: Any) -> list[Material]:
    return tools.named(tool).read(user, arguments, NOW)


def kpis(user: User) -> dict[str, str]:
    return {piece.ref.removeprefix("kpi:"): piece.text for piece in look(user, "own_kpis")}


def told(last: object, before: object) -> str:
    return f"last 28 days: {last}; the 28 days before: {before}"


def test_newest_posts_with_what_an_agent_needs(alice: User, bob: User) -> None:
    old = post(alice, body="Old text\nand more", platform="x", origin="human")
    new = post(alice, title="New", body="n" * 1_000)
    post(bob, body="Bob's")

    found = look(alice, "own_posts")

    assert [piece.ref for piece in found] == [f"post:{new.pk}", f"post:{old.pk}"]
    assert found[1].text == "X, 2026-11-21, Written by you: Old text\nand more"
    assert len(found[0].text) < 400


@pytest.mark.parametrize(("asked", "given"), [({}, 10), ({"limit": 3}, 3), ({"limit": 999}, 20), ({"limit": -1}, 1)])
def test_posts_are_bounded(alice: User, asked: dict[str, int], given: int) -> None:
    for number in range(25):
        post(alice, number)

    assert len(look(alice, "own_posts", **asked)) == given


def test_the_calendar_has_what_is_planned_in_its_days_by_the_creators_clock(alice: User, bob: User) -> None:
    alice.time_zone = "America/New_York"
    alice.save()
    begins = datetime(2026, 11, 23, 5, tzinfo=UTC)
    inside = [post(alice, planned_for=begins), post(alice, planned_for=begins + 7 * DAY - timedelta(minutes=1))]
    post(alice, planned_for=begins - timedelta(minutes=1))
    post(alice, planned_for=begins + 7 * DAY)
    post(alice)
    post(bob, planned_for=begins)

    found = look(alice, "calendar", **{"from": "2026-11-23", "days": 7})

    assert [piece.ref for piece in found] == [f"plan:{each.pk}" for each in inside]
    assert found[0].text == "2026-11-23 00:00, Instagram"


def test_the_calendar_has_what_is_scheduled_once_for_each_post_with_its_channels(alice: User) -> None:
    due_at = NOW + timedelta(hours=1)
    content = states.post(alice, state="scheduled")
    for channel in ("instagram", "huntaze"):
        store(alice, channel, content=content, due_at=due_at)
    store(alice, "x", content=states.post(alice, 1), due_at=due_at, state="canceled")

    (found,) = look(alice, "calendar", days=2)

    assert found.ref == f"plan:{content.pk}"
    assert "Instagram (Scheduled)" in found.text
    assert "My page (Scheduled)" in found.text


def test_the_calendar_begins_today_and_is_bounded(alice: User) -> None:
    for day in range(60):
        post(alice, planned_for=NOW + day * DAY)

    assert len(look(alice, "calendar")) == 7
    assert len(look(alice, "calendar", days=400)) == 31


def test_where_there_is_nothing_it_says_so_rather_than_nought(alice: User) -> None:
    found = kpis(alice)

    assert found["posts"] == told("n/a", "n/a")
    assert found["generations_made"] == told("n/a", "n/a")
    assert found["generations_failed"] == told("n/a", "n/a")
    assert found["credits"] == found["cost"] == found["saving"] == told("n/a", "n/a")
    assert "posts_per_week" not in found


def test_posts_by_platform_and_by_week(alice: User, bob: User) -> None:
    for days in (1, 2, 9, 30, 57):
        post(alice, created_at=NOW - days * DAY)
    post(alice, platform="x", created_at=NOW - 40 * DAY)
    post(bob)

    found = kpis(alice)

    assert found["posts_instagram"] == told(3, 1)
    assert found["posts_x"] == told(0, 1)
    assert found["posts_per_week"] == "2, 1, 0, 0"


def test_what_became_of_generations(alice: User) -> None:
    generation(alice, content=post(alice))
    generation(alice)
    generation(alice, status=Status.STOPPED)
    generation(alice, status=Status.FAILED, error_code="ai_unavailable", created_at=NOW - 30 * DAY)

    found = kpis(alice)

    assert found["generations_made"] == told(3, 1)
    assert found["generations_used"] == told(1, 0)
    assert found["generations_stopped"] == told(1, 0)
    assert found["generations_failed"] == told(0, 1)


def test_credits_cost_and_saving_of_own_calls(alice: User, bob: User) -> None:
    entry(alice, "150", "3000", credits=2)
    entry(alice, "50", "1000", credits=1)
    entry(alice, "500", "1000", credits=4, created_at=NOW - 30 * DAY)
    entry(bob, "999999", "999999", credits=99)

    found = kpis(alice)

    assert found["credits"] == told(3, 4)
    assert found["cost"] == told("$0.0002", "$0.0005")
    assert found["saving"] == told("95%", "50%")


def test_the_local_model_has_no_price_and_so_no_saving(alice: User) -> None:
    entry(alice, None, None)

    found = kpis(alice)

    assert found["cost"] == found["saving"] == told("n/a", "n/a")
    assert found["credits"] == told(1, "n/a")


def test_every_piece_has_a_reference_of_its_own(alice: User) -> None:
    for platform in ("instagram", "x", "email"):
        post(alice, platform=platform)
    entry(alice, "1", "2")

    refs = [piece.ref for tool in ("own_posts", "own_kpis", "calendar") for piece in look(alice, tool)]

    assert len(refs) == len(set(refs))


def test_the_queries_do_not_grow_with_the_rows(alice: User, django_assert_num_queries: Any) -> None:
    for number in range(20):
        post(alice, number, planned_for=NOW + DAY)

    for tool, queries in (("own_posts", 1), ("calendar", 2), ("own_kpis", 4)):
        with django_assert_num_queries(queries):
            look(alice, tool)
