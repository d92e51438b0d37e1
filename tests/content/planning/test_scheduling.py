"""Posts get their time, another one, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import CreatorProfile, User
from analytics.models import Event
from content import planning
from content.models import ChannelText, Content, Publication, Review
from tests.content import states

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 12, 0, 30, tzinfo=UTC)
LATER = datetime(2027, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def post(alice: User) -> Content:
    CreatorProfile.objects.create(user=alice, handle="alice")
    return states.post(alice)


def stored(publication: Publication) -> Publication:
    return Publication.objects.get(pk=publication.pk)


def test_a_post_gets_a_publication_for_each_channel(post: Content) -> None:
    rows = planning.schedule(post, ["huntaze", "instagram"], LATER, now=NOW)

    assert {row.channel for row in rows} == {"huntaze", "instagram"}
    assert {(row.state, row.due_at, row.attempt_at) for row in rows} == {("scheduled", LATER, LATER)}
    assert post.state == Content.objects.get().state == "scheduled"
    assert Event.objects.get(event="content.scheduled").data["channels"] == ["huntaze", "instagram"]


def test_scheduling_again_moves_the_named_channels_and_leaves_the_others(post: Content) -> None:
    planning.schedule(post, ["instagram", "onlyfans"], LATER, now=NOW)
    planning.schedule(post, ["onlyfans", "fansly"], LATER + timedelta(hours=1), now=NOW)

    found = dict(Publication.objects.values_list("channel", "due_at"))
    assert found == {
        "instagram": LATER,
        "onlyfans": LATER + timedelta(hours=1),
        "fansly": LATER + timedelta(hours=1),
    }


def test_what_one_channel_says_alone_is_no_text_for_all(post: Content) -> None:
    Content.objects.update(body="")
    post.refresh_from_db()
    ChannelText.objects.create(content=post, channel="x", customized=True, body="Only on X.")
    with pytest.raises(planning.NotReady) as refusal:
        planning.schedule(post, ["x"], LATER, now=NOW)
    assert [str(fault) for fault in refusal.value.faults] == ["The text for all channels is empty"]


@pytest.mark.parametrize("seconds", [0, 30, 299])
def test_a_time_that_has_only_just_passed_means_now(post: Content, seconds: int) -> None:
    (row,) = planning.schedule(post, ["instagram"], NOW - timedelta(seconds=seconds), now=NOW)

    assert row.due_at == NOW


@pytest.mark.parametrize("due_at", [NOW - timedelta(minutes=7), NOW + timedelta(days=401)])
def test_a_time_out_of_reach_is_refused_and_nothing_is_stored(post: Content, due_at: datetime) -> None:
    with pytest.raises(planning.OutOfReach):
        planning.schedule(post, ["instagram"], due_at, now=NOW)

    assert not Publication.objects.exists()
    assert not Event.objects.exists()


def test_the_furthest_day_is_still_possible(post: Content) -> None:
    (row,) = planning.schedule(post, ["instagram"], NOW + timedelta(days=400), now=NOW)

    assert row.due_at == (NOW + timedelta(days=400)).replace(second=0)


@pytest.mark.parametrize(
    ("fields", "channels", "code"),
    [
        ({"body": ""}, ["instagram"], "empty"),
        ({"body": "x" * 281}, ["x"], "too_long"),
        ({"deleted_at": NOW}, ["instagram"], "deleted"),
        ({}, [], "no_channel"),
        ({}, ["myspace"], "unknown_channel"),
    ],
)
def test_what_cannot_go_out_is_refused_with_the_reason(alice: User, fields, channels, code) -> None:
    post = states.post(alice, **fields)

    with pytest.raises(planning.NotReady) as refusal:
        planning.schedule(post, channels, LATER, now=NOW)

    assert [fault.code for fault in refusal.value.faults] == [code]
    assert str(refusal.value)
    assert not Publication.objects.exists()


def test_the_own_page_needs_a_name_first(alice: User) -> None:
    with pytest.raises(planning.NotReady) as refusal:
        planning.schedule(states.post(alice), ["huntaze"], LATER, now=NOW)

    assert [fault.code for fault in refusal.value.faults] == ["no_page"]


def test_a_publication_moves(post: Content) -> None:
    (row,) = planning.schedule(post, ["instagram"], LATER, now=NOW)
    planning.reschedule(row, LATER + timedelta(days=1), now=NOW)

    assert stored(row).due_at == stored(row).attempt_at == LATER + timedelta(days=1)
    assert Event.objects.filter(event="publication.rescheduled").count() == 1


def test_a_reminder_that_is_moved_waits_again_and_will_be_mailed_again(post: Content) -> None:
    (row,) = planning.schedule(post, ["instagram"], LATER, now=NOW)
    Publication.objects.update(state="reminded", reminded_at=NOW, mailed_at=NOW, attempts=1)

    planning.reschedule(stored(row), LATER + timedelta(days=1), now=NOW)

    row = stored(row)
    assert (row.state, row.reminded_at, row.mailed_at, row.attempts) == ("scheduled", None, None, 0)


def test_what_failed_and_is_moved_is_looked_at_anew(post: Content) -> None:
    (row,) = planning.schedule(post, ["x"], LATER, now=NOW)
    Publication.objects.update(state="failed", error_code="missed")
    Content.objects.update(body="x" * 300)

    with pytest.raises(planning.NotReady):
        planning.reschedule(stored(row), LATER + timedelta(days=1), now=NOW)
    Content.objects.update(body="short")
    planning.reschedule(stored(row), LATER + timedelta(days=1), now=NOW)

    assert (stored(row).state, stored(row).error_code) == ("scheduled", "")


@pytest.mark.parametrize("state", ["published", "publishing"])
def test_what_is_out_does_not_move_and_is_not_taken_back(post: Content, state: str) -> None:
    (row,) = planning.schedule(post, ["instagram"], LATER, now=NOW)
    Publication.objects.update(state=state, published_at=NOW)

    with pytest.raises(planning.AlreadyOut):
        planning.reschedule(row, LATER + timedelta(days=1), now=NOW)
    with pytest.raises(planning.AlreadyOut):
        planning.unschedule(row, now=NOW)
    with pytest.raises(planning.AlreadyOut):
        planning.schedule(post, ["instagram"], LATER, now=NOW)

    assert stored(row).state == state


def test_a_post_taken_back_from_its_last_channel_is_a_draft_again(post: Content) -> None:
    one, two = planning.schedule(post, ["instagram", "onlyfans"], LATER, now=NOW)
    planning.unschedule(one, now=NOW)
    assert Content.objects.get().state == "scheduled"
    planning.unschedule(two, now=NOW)
    planning.unschedule(two, now=NOW)

    assert Content.objects.get().state == "draft"
    assert Event.objects.filter(event="content.unscheduled").count() == 2


def test_a_channel_can_be_scheduled_again_after_it_was_taken_back(post: Content) -> None:
    (row,) = planning.schedule(post, ["instagram"], LATER, now=NOW)
    planning.unschedule(row, now=NOW)
    (again,) = planning.schedule(post, ["instagram"], LATER, now=NOW)

    assert again.pk != row.pk
    assert sorted(Publication.objects.values_list("state", flat=True)) == ["canceled", "scheduled"]


def test_what_stands_in_utc_stays_when_the_creator_moves_to_another_zone(post: Content, alice: User) -> None:
    (row,) = planning.schedule(post, ["instagram"], LATER, now=NOW)
    alice.time_zone = "America/New_York"
    alice.save()

    assert stored(row).due_at == LATER


def test_conflicts_are_other_posts_within_half_an_hour_on_the_channel(post: Content, alice: User) -> None:
    planning.schedule(post, ["instagram"], LATER, now=NOW)
    other = states.post(alice)

    def found(minutes: int, *channels: str, **more) -> int:
        return len(planning.conflicts(alice, LATER + timedelta(minutes=minutes), channels, **more))

    assert [found(minutes, "instagram") for minutes in (-30, -29, 0, 29, 30)] == [0, 1, 1, 1, 0]
    assert found(0, "onlyfans") == 0
    assert found(0) == 1
    assert found(0, "instagram", except_for=post.pk) == 0
    assert found(0, "instagram", except_for=other.pk) == 1
    post.deleted_at = NOW
    post.save()
    assert found(0, "instagram") == 0


def test_what_may_not_be_published_is_not_scheduled(post: Content) -> None:
    Content.objects.update(body="Barely legal, all night")

    with pytest.raises(planning.NotReady) as refusal:
        planning.schedule(post, ["instagram"], LATER, now=NOW)

    assert [fault.code for fault in refusal.value.faults] == ["blocked"]
    assert not Publication.objects.exists()


def test_what_is_scheduled_has_been_judged(post: Content) -> None:
    planning.schedule(post, ["instagram"], LATER, now=NOW)

    assert Review.objects.get().verdict == Review.Verdict.CLEAR
