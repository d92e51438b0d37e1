"""When a post that is begun on a day of the calendar is meant to go out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import User
from content import planning
from content.planning import slots
from tests.content import states

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 22, 12, 20, tzinfo=UTC)  # a Monday
FRIDAY = date(2027, 3, 26)


@pytest.fixture
def in_paris(alice: User) -> User:
    alice.time_zone = "Europe/Paris"
    alice.save()
    return alice


def test_the_time_of_the_slot_is_on_the_creators_clock(in_paris: User) -> None:
    assert planning.meant_for(in_paris, FRIDAY, time(18), now=NOW) == datetime(2027, 3, 26, 17, tzinfo=UTC)


def test_without_a_time_it_is_the_first_free_slot_of_the_day(in_paris: User) -> None:
    slots.add(in_paris, [4], time(9))
    slots.add(in_paris, [4], time(20))
    assert planning.meant_for(in_paris, FRIDAY, None, now=NOW) == datetime(2027, 3, 26, 8, tzinfo=UTC)
    planning.enqueue(states.post(in_paris), ["x"], now=NOW)
    assert planning.meant_for(in_paris, FRIDAY, None, now=NOW) == datetime(2027, 3, 26, 19, tzinfo=UTC)


def test_without_slots_it_is_noon_and_after_noon_the_next_full_hour(in_paris: User) -> None:
    assert planning.meant_for(in_paris, FRIDAY, None, now=NOW) == datetime(2027, 3, 26, 11, tzinfo=UTC)
    assert planning.meant_for(in_paris, NOW.date(), None, now=NOW) == datetime(2027, 3, 22, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date.min, None),
        (date.max, time(9)),
        (NOW.date() - timedelta(days=1), None),
        (NOW.date(), time(9)),
        (NOW.date() + timedelta(days=402), None),
    ],
)
def test_for_a_time_that_cannot_be_planned_there_is_no_plan(in_paris: User, day: date, at: time | None) -> None:
    assert planning.meant_for(in_paris, day, at, now=NOW) is None


def test_the_last_hour_of_a_day_has_none_after_it(in_paris: User) -> None:
    late = datetime(2027, 3, 22, 22, 20, tzinfo=UTC)
    assert planning.meant_for(in_paris, date(2027, 3, 22), None, now=late) is None
