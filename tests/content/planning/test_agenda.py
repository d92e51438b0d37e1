"""What stands in the calendar, day by day, on the creator's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from content.models import Publication
from content.planning import agenda
from content.planning.agenda import Filters
from tests.content import states
from tests.content.publishing.conftest import store

pytestmark = pytest.mark.django_db

MONDAY = date(2027, 3, 22)
NOON = datetime(2027, 3, 22, 12, tzinfo=UTC)


@pytest.fixture
def in_paris(alice: User) -> User:
    alice.time_zone = "Europe/Paris"
    alice.save()
    return alice


def titles(user: User, number: int = 7, *, most: int = 3, filters: Filters | None = None) -> dict[date, list[str]]:
    found = agenda.days(user, MONDAY, number, most=most, filters=filters or Filters())
    return {day: [entry.title for entry in found[day].entries] for day in sorted(found)}


def test_a_post_stands_on_the_day_of_the_creators_clock(in_paris: User) -> None:
    # 23:30 UTC is half past midnight in Paris.
    store(in_paris, content=states.post(in_paris, 1), due_at=NOON.replace(hour=23, minute=30))
    states.post(in_paris, 2, planned_for=NOON)
    states.post(in_paris, 3, planned_for=NOON, state="published")

    assert titles(in_paris) == {MONDAY: ["Post 2"], MONDAY + timedelta(days=1): ["Post 1"]}


def test_a_day_shows_its_first_posts_and_counts_the_others(alice: User) -> None:
    for number in range(5):
        store(alice, content=states.post(alice, number), due_at=NOON + timedelta(hours=number))
    states.post(alice, 9, planned_for=NOON - timedelta(hours=1))

    day = agenda.days(alice, MONDAY, 1, most=3, filters=Filters())[MONDAY]

    assert [entry.title for entry in day.entries] == ["Post 9", "Post 0", "Post 1"]
    assert (day.total, day.more) == (6, 3)


def test_an_hour_shows_its_first_posts_and_counts_the_others(in_paris: User) -> None:
    for number in range(4):
        store(in_paris, content=states.post(in_paris, number), due_at=NOON + timedelta(minutes=10 * number))
    states.post(in_paris, 8, planned_for=NOON + timedelta(minutes=5))
    store(in_paris, content=states.post(in_paris, 9), due_at=NOON + timedelta(hours=2))

    day = agenda.days(in_paris, MONDAY, 1, most=2, filters=Filters(), by_hour=True)[MONDAY]

    assert [entry.title for entry in day.entries] == ["Post 0", "Post 8", "Post 9"]
    assert (day.total, day.in_hour) == (6, {13: 5, 15: 1})


def test_what_is_taken_out_in_the_bin_or_of_somebody_else_is_not_there(alice: User, bob: User) -> None:
    store(alice, content=states.post(alice), due_at=NOON, state="canceled")
    store(alice, content=states.post(alice, deleted_at=NOON), due_at=NOON)
    store(bob, content=states.post(bob), due_at=NOON)

    assert titles(alice) == {}


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        (Filters(), ["Post 0", "Post 1", "Post 2"]),
        (Filters(channels=("x",)), ["Post 1", "Post 2"]),
        (Filters(states=("failed",)), ["Post 1"]),
        (Filters(states=("planned",)), ["Post 2"]),
        (Filters(channels=("instagram",), states=("failed",)), []),
    ],
)
def test_filters_leave_out_what_they_do_not_name(alice: User, filters: Filters, shown: list[str]) -> None:
    store(alice, "instagram", content=states.post(alice, 0), due_at=NOON)
    store(
        alice, "x", content=states.post(alice, 1), due_at=NOON + timedelta(hours=1), state="failed", error_code="missed"
    )
    states.post(alice, 2, planned_for=NOON + timedelta(hours=2), platform="x")

    assert titles(alice, filters=filters).get(MONDAY, []) == shown
    entries, _more = agenda.upcoming(alice, NOON, filters=filters)
    assert [entry.title for entry in entries] == shown


def test_posts_that_come_close_on_one_channel_are_marked(alice: User) -> None:
    for minutes, channel in ((0, "x"), (29, "x"), (60, "x"), (10, "instagram")):
        store(alice, channel, content=states.post(alice, minutes), due_at=NOON + timedelta(minutes=minutes))

    day = agenda.days(alice, MONDAY, 1, most=9, filters=Filters())[MONDAY]

    assert [entry.title for entry in day.entries if entry.is_crowded] == ["Post 0", "Post 29"]


def test_a_list_goes_on_where_it_ended(alice: User) -> None:
    for number in range(agenda.PAGE + 2):
        store(alice, content=states.post(alice, number), due_at=NOON + timedelta(minutes=40 * number))

    first, more = agenda.upcoming(alice, NOON, filters=Filters())
    rest, no_more = agenda.upcoming(alice, first[-1].at + timedelta(microseconds=1), filters=Filters())

    assert (len(first), more, len(rest), no_more) == (agenda.PAGE, True, 2, False)


@pytest.mark.parametrize("number", [1, 30])
def test_the_number_of_queries_does_not_grow(alice: User, number: int, django_assert_num_queries: Any) -> None:
    for each in range(number):
        store(alice, content=states.post(alice, each), due_at=NOON + timedelta(hours=each))
    assert Publication.objects.count() == number

    with django_assert_num_queries(3):
        agenda.days(alice, MONDAY, 42, most=3, filters=Filters())


@pytest.mark.parametrize(
    ("minutes", "channel", "crowded"),
    [(0, "x", True), (29, "x", True), (-29, "x", True), (30, "x", False), (-30, "x", False), (5, "instagram", False)],
)
def test_posts_within_half_an_hour_on_a_channel_are_marked(
    alice: User, minutes: int, channel: str, crowded: bool
) -> None:
    store(alice, content=states.post(alice, 1), channel="x", due_at=NOON)
    store(alice, content=states.post(alice, 2), channel=channel, due_at=NOON + timedelta(minutes=minutes))
    found = agenda.days(alice, MONDAY, 7, most=3, filters=Filters())
    assert {entry.is_crowded for day in found.values() for entry in day.entries} == {crowded}


def test_a_neighbour_that_is_not_shown_marks_too(alice: User) -> None:
    evening = NOON.replace(hour=23, minute=50)
    store(alice, content=states.post(alice, 1), channel="x", due_at=evening)
    store(alice, content=states.post(alice, 2), channel="x", due_at=evening + timedelta(minutes=20))
    [entry] = agenda.days(alice, MONDAY, 1, most=3, filters=Filters())[MONDAY].entries
    assert entry.is_crowded
