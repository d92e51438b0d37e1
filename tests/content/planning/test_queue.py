"""The queue: free slots, one post in each, and the order between them."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from content import planning
from content.models import Content, Publication, Slot
from content.planning import queue, queue_order, slots
from tests.conftest import person
from tests.content import states

NOW = datetime(2027, 3, 22, 12, 0, tzinfo=UTC)  # a Monday
EVERY_DAY = list(range(7))


def queued(user: User) -> list[tuple[str, str]]:
    rows = Publication.objects.for_user(user).filter(state="scheduled", from_queue=True).select_related("content")
    return [(f"{row.due_at:%d %H:%M}", row.content.title) for row in rows.order_by("due_at")]


@pytest.fixture
def in_paris(alice: User) -> User:
    alice.time_zone = "Europe/Paris"
    alice.save()
    return alice


@pytest.mark.django_db
def test_without_slots_there_is_no_next_one_and_the_creator_hears_what_to_do(alice: User) -> None:
    assert planning.next_free(alice, NOW) is None
    with pytest.raises(planning.NotReady) as refusal:
        planning.enqueue(states.post(alice), ["instagram"], now=NOW)
    assert [fault.code for fault in refusal.value.faults] == ["no_slot"]


@pytest.mark.django_db
def test_a_slot_stands_on_the_creators_clock_summer_and_winter(in_paris: User) -> None:
    slots.add(in_paris, [5, 6], time(18))

    found = queue.free(in_paris, now=NOW, most=4)

    # Saturday in winter, the Sunday on which clocks are put forward, and the weekend after it.
    assert [f"{at:%m-%d %H:%M}" for at in found] == ["03-27 17:00", "03-28 16:00", "04-03 16:00", "04-04 16:00"]


@pytest.mark.django_db
def test_two_slots_that_fall_on_one_moment_are_one_place(in_paris: User) -> None:
    slots.add(in_paris, [6], time(2, 30))
    slots.add(in_paris, [6], time(3, 0))

    found = queue.free(in_paris, now=NOW, most=3)

    assert [f"{at:%m-%d %H:%M}" for at in found] == ["03-28 01:00", "04-04 00:30", "04-04 01:00"]


@pytest.mark.django_db
def test_slots_go_on_over_the_end_of_a_year_and_a_leap_day(in_paris: User) -> None:
    slots.add(in_paris, [4], time(9))  # Fridays; 31 December 2027 is one
    found = queue.free(in_paris, now=datetime(2027, 12, 30, tzinfo=UTC), most=3)
    assert [f"{at:%Y-%m-%d}" for at in found] == ["2027-12-31", "2028-01-07", "2028-01-14"]

    slots.add(in_paris, [1], time(9))  # Tuesdays; so is 29 February 2028
    found = queue.free(in_paris, now=datetime(2028, 2, 28, tzinfo=UTC), most=2)
    assert [f"{at:%Y-%m-%d}" for at in found] == ["2028-02-29", "2028-03-03"]


@pytest.mark.django_db
def test_the_slots_of_a_creator_who_moves_are_on_the_new_clock(alice: User) -> None:
    slots.add(alice, [2], time(9))
    assert planning.next_free(alice, NOW) == datetime(2027, 3, 24, 9, tzinfo=UTC)
    alice.time_zone = "Asia/Tokyo"
    assert planning.next_free(alice, NOW) == datetime(2027, 3, 24, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_slot_takes_one_post_however_it_got_there(alice: User) -> None:
    slots.add(alice, EVERY_DAY, time(9))
    by_hand = states.post(alice, 0)
    planning.schedule(by_hand, ["instagram"], datetime(2027, 3, 23, 9, tzinfo=UTC), now=NOW)
    planning.enqueue(states.post(alice, 1), ["instagram", "x"], now=NOW)
    planning.enqueue(states.post(alice, 2), ["onlyfans"], now=NOW)

    assert queued(alice) == [("24 09:00", "Post 1"), ("24 09:00", "Post 1"), ("25 09:00", "Post 2")]


@pytest.mark.django_db
def test_the_next_free_slot_is_found_behind_a_hundred_full_ones_and_the_rest_of_the_year_is_not_read(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    slots.add(alice, EVERY_DAY, time(9))
    full = slots.occurrences(alice, after=NOW, until=NOW + timedelta(days=100))
    Publication.objects.bulk_create(
        Publication(user=alice, content=states.post(alice), channel="x", due_at=at, attempt_at=at, created_at=NOW)
        for at in full
    )

    with django_assert_max_num_queries(2) as asked:
        found = queue.free(alice, now=NOW, most=2)

    assert found == [datetime(2027, 7, 1, 9, tzinfo=UTC), datetime(2027, 7, 2, 9, tzinfo=UTC)]
    assert [query["sql"].count("::timestamptz") for query in asked.captured_queries[1:]] == [queue.FIRST_BATCH]


@pytest.mark.django_db
def test_a_slot_that_begins_within_minutes_is_passed_over(alice: User) -> None:
    slots.add(alice, [0], time(12, 5))
    assert planning.next_free(alice, NOW) == datetime(2027, 3, 29, 12, 5, tzinfo=UTC)
    assert planning.next_free(alice, NOW - timedelta(minutes=1)) == datetime(2027, 3, 22, 12, 5, tzinfo=UTC)


@pytest.fixture
def full(alice: User) -> list[Content]:
    slots.add(alice, EVERY_DAY, time(9))
    posts = [states.post(alice, number) for number in range(4)]
    for post in posts:
        planning.enqueue(post, ["instagram"], now=NOW)
    return posts


@pytest.mark.django_db
def test_what_is_taken_out_lets_the_later_ones_move_up(alice: User, full: list[Content]) -> None:
    planning.unschedule(full[1].publications.get(), now=NOW)

    assert queued(alice) == [("23 09:00", "Post 0"), ("24 09:00", "Post 2"), ("25 09:00", "Post 3")]


@pytest.mark.django_db
def test_a_post_with_another_channel_in_the_slot_keeps_it(alice: User, full: list[Content]) -> None:
    at = full[1].publications.get().due_at
    planning.schedule(full[1], ["x"], at, now=NOW, from_queue=True)
    planning.unschedule(full[1].publications.get(channel="x"), now=NOW)

    assert [title for _at, title in queued(alice)] == ["Post 0", "Post 1", "Post 2", "Post 3"]


@pytest.mark.django_db
def test_what_was_taken_out_can_be_put_back_where_it_was(alice: User, full: list[Content]) -> None:
    before = queued(alice)
    row = full[1].publications.get()
    planning.unschedule(row, now=NOW)

    queue.put_back(full[1], ["instagram"], row.due_at, now=NOW)

    assert queued(alice) == before


@pytest.mark.django_db
def test_a_post_moves_in_the_queue_and_the_others_make_room(alice: User, full: list[Content]) -> None:
    assert queue.rearrange(alice, full[3].pk, 1, now=NOW)
    assert queued(alice) == [
        ("23 09:00", "Post 0"),
        ("24 09:00", "Post 3"),
        ("25 09:00", "Post 1"),
        ("26 09:00", "Post 2"),
    ]
    assert not queue.rearrange(alice, full[3].pk, 1, now=NOW)
    assert queue.rearrange(alice, full[3].pk, 99, now=NOW)
    assert queued(alice)[-1] == ("26 09:00", "Post 3")


@pytest.mark.django_db
def test_nobody_elses_queue_moves(alice: User, bob: User, full: list[Content]) -> None:
    before = queued(alice)

    assert not queue.rearrange(bob, full[3].pk, 0, now=NOW)
    assert queued(alice) == before


@pytest.mark.django_db
def test_a_week_has_so_many_slots_and_no_more(alice: User) -> None:
    for hour in range(10):
        assert slots.add(alice, EVERY_DAY, time(hour)) == 7
    assert slots.add(alice, EVERY_DAY, time(9)) == 0
    with pytest.raises(planning.TooManySlots):
        slots.add(alice, [0], time(10))
    assert Slot.objects.count() == slots.MOST_SLOTS


@pytest.mark.django_db(transaction=True)
def test_posts_queued_at_once_get_a_slot_each(alice: User) -> None:
    slots.add(alice, EVERY_DAY, time(9))
    posts = [states.post(alice, number) for number in range(6)]
    together = threading.Barrier(6)

    def enqueue(post: Content) -> None:
        try:
            together.wait()
            planning.enqueue(post, ["instagram"], now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=enqueue, args=[post]) for post in posts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({at for at, _title in queued(alice)}) == 6


class TestAnyWeek(TestCase):
    """Whatever is done to a queue, in whatever zone and week."""

    # An example asks the database a hundred things: shrinking a failing one would take minutes.
    @settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(
        zone=st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC"]),
        week=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 95)), min_size=1, max_size=5, unique=True),
        start=st.dates(min_value=date(2027, 1, 1), max_value=date(2028, 12, 31)),
        acts=st.lists(st.tuples(st.sampled_from(["out", "in", "move"]), st.integers(0, 5), st.integers(0, 5))),
    )
    def test_each_slot_has_one_post_and_no_post_is_lost(self, zone, week, start, acts) -> None:
        user = person("queue@example.org", time_zone=zone)
        now = datetime.combine(start, time(12), UTC)
        for weekday, quarter in week:
            slots.add(user, [weekday], time(quarter // 4, quarter % 4 * 15))
        posts = [states.post(user, number) for number in range(6)]
        waiting = list(posts)
        expected: list[Content] = []
        for act, which, where in [("in", 0, 0)] * 3 + acts:
            if act == "in" and waiting:
                post = waiting.pop(which % len(waiting))
                planning.enqueue(post, ["instagram", "x"], now=now)
                expected.append(post)
            elif act == "out" and expected:
                post = expected.pop(which % len(expected))
                for row in post.publications.filter(state="scheduled").order_by("pk"):
                    planning.unschedule(row, now=now)
                waiting.append(post)
            elif act == "move" and expected:
                post = expected.pop(which % len(expected))
                queue.rearrange(user, post.pk, where, now=now)
                expected.insert(where, post)

        places = queue_order.places(user, now=now)
        assert [place.content_id for place in places] == [post.pk for post in expected]
        # Every place is a slot, none is taken twice, and none before it is left free.
        ends = now + timedelta(days=60)
        every = list(slots.occurrences(user, after=now + queue.LEAD, until=ends))
        assert [place.due_at for place in places] == every[: len(places)]
