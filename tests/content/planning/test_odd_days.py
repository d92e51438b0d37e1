"""Days of 23 and 25 hours, days without a midnight, leap days and the end of a year: schedule, queue, calendar and feed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from accounts.models import User
from content import planning
from content.models import Publication
from content.pages.calendar import grids
from content.planning import agenda, feed, queue, slots, wall_clock
from tests.content import states
from tests.content.publishing.conftest import store

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
ODD = [
    ("Europe/Paris", date(2027, 3, 28), 23),
    ("Europe/Paris", date(2027, 10, 31), 25),
    ("America/New_York", date(2027, 3, 14), 23),
    ("America/New_York", date(2027, 11, 7), 25),
    # Half an hour.
    ("Australia/Lord_Howe", date(2027, 10, 3), 23.5),
    ("Australia/Lord_Howe", date(2027, 4, 4), 24.5),
    # The day begins at one, or has midnight twice.
    ("America/Havana", date(2027, 3, 14), 23),
    ("America/Havana", date(2027, 11, 7), 25),
    ("Europe/Paris", date(2028, 2, 29), 24),
    ("America/New_York", date(2028, 2, 29), 24),
    ("Pacific/Auckland", date(2027, 12, 31), 24),
    ("Pacific/Honolulu", date(2028, 1, 1), 24),
]
odd_days = pytest.mark.parametrize(("zone", "day", "hours"), ODD)


def living_in(user: User, zone: str) -> ZoneInfo:
    user.time_zone = zone
    user.save()
    return ZoneInfo(zone)


@odd_days
def test_the_calendar_has_each_minute_of_the_day_on_it_and_none_of_another_day(
    alice: User, zone: str, day: date, hours: float
) -> None:
    clock = living_in(alice, zone)
    begins, ends = wall_clock.start_of(day, clock), wall_clock.start_of(day + DAY, clock)
    assert ends - begins == timedelta(hours=hours)
    for number, at in enumerate((begins - MINUTE, begins, ends - MINUTE, ends)):
        store(alice, content=states.post(alice, number), due_at=at)

    for view in ("week", "month"):
        first, number = grids.span(view, day)
        found = agenda.days(alice, first, number, most=9, filters=agenda.Filters())
        cells = {cell.day: cell for cell in grids.cells(view, day, found, [], today=day, zone=clock)}
        shown = {on: [entry.title for entry in cell.found.entries] for on, cell in cells.items()}
        assert shown[day] == ["Post 1", "Post 2"]
        # The neighbours, where the view has them.
        assert shown.get(day - DAY, ["Post 0"]) == ["Post 0"]
        assert shown.get(day + DAY, ["Post 3"]) == ["Post 3"]
        if view == "week":
            in_hours = [entry.title for hour in cells[day].hours for entry in hour.entries]
            assert in_hours == ["Post 1", "Post 2"]


@odd_days
@pytest.mark.parametrize("at", [time(0, 15), time(1, 30), time(2, 15), time(18)])
def test_a_slot_of_every_day_is_free_once_a_day_and_full_once_it_has_a_post(
    alice: User, zone: str, day: date, hours: float, at: time
) -> None:
    clock = living_in(alice, zone)
    slots.add(alice, list(range(7)), at)
    now = wall_clock.start_of(day - 3 * DAY, clock)
    planned = [wall_clock.moment(day + number * DAY, at, clock) for number in range(-3, 4)]

    free = queue.free_between(alice, day - 3 * DAY, day + 4 * DAY, now=now)
    assert free == [moment.at for moment in planned]
    assert queue.free(alice, now=now, most=7) == free
    assert [moment.astimezone(clock).date() for moment in free] == [day + number * DAY for number in range(-3, 4)]

    # The post is scheduled as its creator names the slot, and takes it.
    planning.schedule(states.post(alice), ["x"], planned[3].at, now=now)
    assert planned[3].at not in queue.free(alice, now=now, most=7)
    assert queue.free_between(alice, day, day + DAY, now=now) == []


@odd_days
@pytest.mark.parametrize("at", [time(0, 15), time(1, 30), time(2, 15), time(23, 59)])
def test_a_post_is_due_at_the_minute_that_was_named_and_the_feed_says_the_same(
    alice: User, zone: str, day: date, hours: float, at: time
) -> None:
    clock = living_in(alice, zone)
    named = wall_clock.moment(day, at, clock)
    (publication,) = planning.schedule(states.post(alice), ["x"], named.at, now=named.at - DAY)
    planned = states.post(alice, 2, planned_for=named.at)

    stored = Publication.objects.get(pk=publication.pk)
    assert stored.due_at == stored.attempt_at == named.at
    local = stored.due_at.astimezone(clock)
    assert local.date() == day
    assert named.oddity == "skipped" or local.time().replace(tzinfo=None) == at

    calendar = icalendar.Calendar.from_ical(feed.document(alice, now=named.at - DAY))
    events: list[Any] = calendar.walk("VEVENT")
    starts = [event["DTSTART"].dt for event in events]
    assert starts == [named.at, planned.planned_for]
    assert all(start.utcoffset() == timedelta() for start in starts)


@pytest.mark.parametrize(
    ("zone", "first", "days"),
    [("Europe/Paris", date(2027, 12, 27), 7), ("America/New_York", date(2028, 2, 28), 7)],
)
def test_a_week_over_the_end_of_a_year_or_a_leap_day_has_its_posts_in_order(
    alice: User, zone: str, first: date, days: int
) -> None:
    clock = living_in(alice, zone)
    for number in range(days):
        at = wall_clock.moment(first + number * DAY, time(9), clock).at
        planning.schedule(states.post(alice, number), ["x"], at, now=datetime(2027, 12, 1, tzinfo=UTC))

    found = agenda.days(alice, first, days, most=3, filters=agenda.Filters())

    shown = [(on, entry.title, f"{entry.local:%H:%M}") for on, day in sorted(found.items()) for entry in day.entries]
    assert shown == [(first + number * DAY, f"Post {number}", "09:00") for number in range(days)]
