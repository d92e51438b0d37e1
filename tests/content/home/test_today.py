"""What Home tells a creator to do, rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from ai_routing.models import Run
from billing import quota
from content.home import today
from content.home.reasons import Reason
from content.models import Channel, Content, Publication, Review, Slot
from tests.content import states

pytestmark = pytest.mark.django_db

# A Wednesday, in the middle of the day in Paris.
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
State = Publication.State


@pytest.fixture
def alice(alice: User) -> User:
    alice.time_zone = "Europe/Paris"
    alice.save()
    return alice


def told(user: User, *, now: datetime = NOW, used: int = 0) -> list[Reason]:
    status = quota.Status(plan="pro", limit=100, used=used, reserved=0, resets_at=datetime(2026, 12, 1, tzinfo=UTC))
    return today.reasons(user, status, now=now)


def kinds(user: User, **more: Any) -> list[str]:
    return [reason.kind for reason in told(user, **more)]


def publication(
    user: User, state: str, due_at: datetime, channel: str = Channel.ONLYFANS, **fields: Any
) -> Publication:
    content = fields.pop("content", None) or states.post(
        user, title="Rain", state="published" if state == State.PUBLISHED else "scheduled"
    )
    return Publication.objects.create(
        user=user,
        content=content,
        channel=channel,
        state=state,
        due_at=due_at,
        attempt_at=due_at,
        created_at=NOW - timedelta(days=1),
        error_code="unexpected" if state == State.FAILED else "",
        **fields,
    )


def draft(user: User, **fields: Any) -> Content:
    return states.post(user, **{"title": "Draft", "created_at": NOW, "updated_at": NOW, **fields})


def test_a_new_account_has_nothing_to_do(alice: User) -> None:
    assert told(alice) == []


class TestGoingOut:
    def test_a_failed_post_comes_first(self, alice: User) -> None:
        publication(alice, State.REMINDED, NOW - timedelta(hours=3))
        publication(alice, State.FAILED, NOW - timedelta(hours=5))
        reasons = told(alice)
        assert [reason.kind for reason in reasons] == ["failed", "by_hand"]
        assert reasons[0].title == "“Rain” did not go out on OnlyFans"

    @pytest.mark.parametrize(
        ("channel", "because"),
        [
            (Channel.HUNTAZE, "At 19:30, by itself."),
            (Channel.ONLYFANS, "At 19:30 you are reminded to post it by hand."),
        ],
    )
    def test_what_is_due_today_says_how_it_goes_out(self, alice: User, channel: str, because: str) -> None:
        publication(alice, State.SCHEDULED, datetime(2026, 11, 25, 18, 30, tzinfo=UTC), channel)
        with timezone.override("Europe/Paris"):
            (reason,) = told(alice)
        assert reason.because == because

    @pytest.mark.parametrize(
        ("due_at", "is_today"),
        [
            (datetime(2026, 11, 25, 22, 59, tzinfo=UTC), True),
            # Midnight in Paris.
            (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), False),
        ],
    )
    def test_a_day_ends_on_the_creators_clock(self, alice: User, due_at: datetime, is_today: bool) -> None:
        publication(alice, State.SCHEDULED, due_at)
        assert (kinds(alice) == ["due"]) is is_today

    @pytest.mark.parametrize("state", [State.PUBLISHED, State.CANCELED])
    def test_what_is_over_is_not_told(self, alice: User, state: str) -> None:
        publication(alice, state, NOW, published_at=NOW if state == State.PUBLISHED else None)
        assert told(alice) == []

    def test_what_failed_long_ago_is_not_told(self, alice: User) -> None:
        publication(alice, State.FAILED, NOW - timedelta(days=15))
        assert told(alice) == []

    def test_a_deleted_post_is_not_told(self, alice: User) -> None:
        row = publication(alice, State.REMINDED, NOW)
        Content.objects.filter(pk=row.content_id).update(deleted_at=NOW)
        assert told(alice) == []

    def test_of_many_the_first_are_told_and_the_rest_counted(self, alice: User) -> None:
        for hours in range(5):
            publication(alice, State.REMINDED, NOW - timedelta(hours=hours))
        reasons = told(alice)
        assert len(reasons) == 3
        assert "3 more wait for you to post them" in [reason.title for reason in reasons]

    def test_somebody_elses_is_not_told(self, alice: User, bob: User) -> None:
        publication(bob, State.FAILED, NOW)
        Slot.objects.create(user=bob, weekday=3, at=time(9))
        assert told(alice) == []


class TestUnfinished:
    @pytest.mark.parametrize(("hours", "urgency"), [(-30, "today"), (5, "today"), (80, "soon")])
    def test_a_planned_draft_is_not_scheduled_by_itself(self, alice: User, hours: int, urgency: str) -> None:
        draft(alice, planned_for=NOW + timedelta(hours=hours))
        (reason,) = told(alice)
        assert (reason.kind, reason.urgency.slug) == ("planned", urgency)
        assert ("which is past" in reason.because) is (hours < 0)

    def test_a_planned_draft_that_is_scheduled_is_no_loose_end(self, alice: User) -> None:
        content = draft(alice, planned_for=NOW + timedelta(days=2))
        row = publication(alice, State.SCHEDULED, NOW + timedelta(days=2), content=content)
        assert told(alice) == []
        row.state = State.CANCELED
        row.save()
        assert kinds(alice) == ["planned"]

    def test_drafts_of_a_campaign_want_a_time(self, alice: User) -> None:
        run = campaign(alice, Run.Status.DONE, finished_at=NOW)
        draft(alice, run=run)
        draft(alice, run=run)
        (reason,) = told(alice)
        assert (reason.kind, reason.title) == ("no_time", "2 drafts of campaigns have no time yet")

    @pytest.mark.parametrize(("days", "is_told"), [(13, False), (15, True), (89, True), (91, False)])
    def test_a_draft_goes_stale_and_is_then_an_archive(self, alice: User, days: int, is_told: bool) -> None:
        draft(alice, updated_at=NOW - timedelta(days=days))
        assert (kinds(alice) == ["stale"]) is is_told

    def test_an_empty_draft_does_not_go_stale(self, alice: User) -> None:
        draft(alice, body="", updated_at=NOW - timedelta(days=20))
        assert told(alice) == []

    def test_a_run_waits_for_a_yes(self, alice: User) -> None:
        campaign(alice, Run.Status.AWAITING_APPROVAL)
        campaign(alice, Run.Status.RUNNING)
        (reason,) = told(alice)
        assert reason.title == "“A week of rain” waits for your yes"

    def test_a_blocked_text_is_held_back(self, alice: User) -> None:
        review(draft(alice))
        assert kinds(alice) == ["held_back"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"verdict": "warned"},
            {"verdict": "clear"},
            {"decision": "overturned", "decided_at": NOW},
            {"appealed_at": NOW, "appeal": "It is a joke."},
        ],
    )
    def test_what_needs_nothing_of_the_creator_is_not_told(self, alice: User, fields: dict[str, Any]) -> None:
        review(draft(alice), **fields)
        assert told(alice) == []

    def test_a_text_that_was_changed_since_is_judged_anew_first(self, alice: User) -> None:
        review(draft(alice, updated_at=NOW + timedelta(minutes=2)))
        assert told(alice) == []


class TestRoom:
    def test_empty_slots_are_counted_for_seven_days(self, alice: User) -> None:
        for weekday in (0, 2, 4):
            Slot.objects.create(user=alice, weekday=weekday, at=time(18, 30))
        publication(alice, State.SCHEDULED, datetime(2026, 11, 27, 17, 30, tzinfo=UTC))
        with timezone.override("Europe/Paris"):
            (reason,) = told(alice)
        assert reason.title == "2 slots of the next seven days are empty"
        # Today's, at 18:30 in Paris.
        assert reason.because.startswith("The next one is at 18:30")

    def test_without_slots_nothing_is_missing(self, alice: User) -> None:
        assert "empty_slots" not in kinds(alice)

    def test_a_slot_keeps_its_hour_over_the_change_of_clocks(self, alice: User) -> None:
        # Clocks in Paris go forward on 28 March 2027.
        Slot.objects.create(user=alice, weekday=0, at=time(9))
        publication(alice, State.SCHEDULED, datetime(2027, 3, 29, 7, 0, tzinfo=UTC))
        assert kinds(alice, now=datetime(2027, 3, 27, 12, tzinfo=UTC)) == []

    @pytest.mark.parametrize(("used", "is_told"), [(79, False), (80, True), (100, True)])
    def test_credits_nearly_used_up_are_told(self, alice: User, used: int, is_told: bool) -> None:
        assert (kinds(alice, used=used) == ["credits"]) is is_told

    def test_used_up_is_told_as_such(self, alice: User) -> None:
        (reason,) = told(alice, used=100)
        assert reason.title == "This month’s credits are used up"


def test_the_list_stays_short(alice: User) -> None:
    for number in range(6):
        publication(alice, State.FAILED, NOW - timedelta(hours=number))
        publication(alice, State.REMINDED, NOW - timedelta(hours=number))
        publication(alice, State.SCHEDULED, NOW + timedelta(hours=number))
        campaign(alice, Run.Status.AWAITING_APPROVAL)
        draft(alice, planned_for=NOW + timedelta(days=3))
    reasons = told(alice, used=99)
    assert len(reasons) == today.MOST_SHOWN
    assert [reason.urgency for reason in reasons] == sorted(reason.urgency for reason in reasons)


def test_it_asks_the_same_number_of_queries_whatever_there_is(
    alice: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(30):
        publication(alice, State.FAILED, NOW - timedelta(hours=number))
        draft(alice, planned_for=NOW + timedelta(days=3))
        draft(alice, updated_at=NOW - timedelta(days=20))
        campaign(alice, Run.Status.AWAITING_APPROVAL)
        Slot.objects.create(user=alice, weekday=number % 7, at=time(number % 24, 5))
    with django_assert_max_num_queries(7):
        told(alice)


def campaign(user: User, status: str, **fields: Any) -> Run:
    return Run.objects.create(
        user=user,
        workflow="content-week",
        title="A week of rain",
        brief={},
        budget_credits=30,
        status=status,
        created_at=NOW,
        **fields,
    )


def review(content: Content, **fields: Any) -> Review:
    return Review.objects.create(
        **{
            "user": content.user,
            "content": content,
            "text_sha256": b"0" * 32,
            "verdict": Review.Verdict.BLOCKED,
            "created_at": NOW + timedelta(minutes=1),
            **fields,
        }
    )
