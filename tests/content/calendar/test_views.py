"""What month, week, day and list show."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from content import planning
from content.pages.calendar import grids
from content.planning import agenda, slots
from tests.content import states
from tests.content.calendar.reading import NOW, text
from tests.content.publishing.conftest import store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wednesday")]


@pytest.mark.parametrize("view", ["month", "week", "day", "list"])
def test_each_view_shows_the_post_with_its_time_state_and_channel(paris: Client, alice: User, view: str) -> None:
    row = store(alice, "onlyfans", due_at=NOW + timedelta(minutes=30))
    page = text(paris.get(reverse("content:calendar"), {"view": view}))

    assert reverse("content:publication", args=[row.pk]) in page
    for words in ("13:30", "Post 0", "OnlyFans", "Scheduled"):
        assert words in page


def test_weeks_begin_as_the_readers_language_has_them(paris: Client, alice: User) -> None:
    english = text(paris.get(reverse("content:calendar")))
    User.objects.update(locale="fr")
    french = text(paris.get(reverse("content:calendar")))

    assert english.index('id="day-2027-02-28"') < english.index('id="day-2027-03-01"')
    assert 'id="day-2027-02-28"' not in french
    assert 'id="day-2027-04-04"' in french


@pytest.mark.parametrize(
    ("day", "week"),
    [("2026-12-31", "week 53"), ("2027-01-01", "week 53"), ("2027-01-04", "week 1"), ("2028-02-29", "week 9")],
)
def test_weeks_have_their_iso_number_over_the_end_of_a_year(paris: Client, day: str, week: str) -> None:
    assert week in text(paris.get(reverse("content:calendar"), {"view": "week", "day": day}))


def test_a_month_covers_whole_weeks_and_the_leap_day() -> None:
    for year, month in [(2028, 2), (2027, 2), (2026, 12), (2027, 8)]:
        first, number = grids.span("month", date(year, month, 15))
        days = {first + timedelta(days=offset) for offset in range(number)}
        assert number % 7 == 0
        assert date(year, month, 1) in days
        assert grids.next_month(date(year, month, 15)) - timedelta(days=1) in days
    assert grids.previous("month", date(2028, 3, 31)) == date(2028, 2, 1)
    assert grids.following("month", date(2027, 12, 31)) == date(2028, 1, 1)


def test_the_hour_that_no_clock_shows_is_marked_and_the_one_that_comes_twice_has_both(
    paris: Client, alice: User
) -> None:
    spring = text(paris.get(reverse("content:calendar"), {"view": "day", "day": "2027-03-28"}))
    assert "Clocks are put forward" in spring
    for hour in (0, 1):
        store(alice, content=states.post(alice, hour), due_at=datetime(2027, 10, 31, hour, 30, tzinfo=UTC))
    autumn = paris.get(reverse("content:calendar"), {"view": "day", "day": "2027-10-31"})
    (cell,) = autumn.context["cells"]
    assert [len(hour.entries) for hour in cell.hours[:4]] == [0, 0, 2, 0]


@pytest.mark.parametrize(
    "query", ["view=nonsense&day=0000-99-99", "day=9999-12-31", "day=0001-01-01", "view=list&after=x"]
)
def test_an_address_that_makes_no_sense_shows_today(paris: Client, query: str) -> None:
    assert paris.get(f"{reverse('content:calendar')}?{query}").context["look"].day == NOW.date()


def test_filters_stand_as_chips_that_take_them_away(paris: Client, alice: User) -> None:
    store(alice, "onlyfans", content=states.post(alice, 1), due_at=NOW)
    store(alice, "x", content=states.post(alice, 2), due_at=NOW)

    response = paris.get(reverse("content:calendar"), {"channel": ["x", "myspace"], "state": "scheduled"})
    page = text(response)

    assert "Post 2" in page
    assert "Post 1" not in page
    assert [label for label, _url in response.context["removable"]] == ["X", "Scheduled"]
    assert "Post 1" in text(paris.get(response.context["clear_url"]))


def test_a_day_with_many_posts_says_how_many_more(paris: Client, alice: User) -> None:
    for number in range(5):
        store(alice, content=states.post(alice, number), due_at=NOW + timedelta(hours=number))

    page = text(paris.get(reverse("content:calendar")))

    assert "+2 more" in page
    assert "Post 3" not in page


@pytest.mark.parametrize(("number", "shown"), [(24, 24), (48, 24)])
def test_a_crowded_day_of_a_week_shows_the_first_of_each_hour_and_the_way_to_the_others(
    paris: Client, alice: User, number: int, shown: int
) -> None:
    midnight = datetime(2027, 3, 23, 23, tzinfo=UTC)
    for each in range(number):
        store(alice, "x", content=states.post(alice, each), due_at=midnight + timedelta(minutes=30 * each))

    page = text(paris.get(reverse("content:calendar"), {"view": "week", "channel": "x"}))

    assert page.count("data-event") == shown
    assert page.count("+1 more") == number - shown
    assert ("view=day&amp;day=2027-03-24&amp;channel=x#hour-23" in page) is (number > shown)
    assert "Post 0" in page
    day = text(paris.get(reverse("content:calendar"), {"view": "day", "channel": "x"}))
    assert day.count("data-event") == number


def test_an_hour_with_more_than_there_is_room_for_leads_to_the_list_from_there_on(paris: Client, alice: User) -> None:
    for each in range(14):
        store(alice, "x", content=states.post(alice, each), due_at=NOW + timedelta(minutes=each))

    page = paris.get(reverse("content:calendar"), {"view": "day"})

    assert "+2 more" in text(page)
    (url,) = (hour.more_url for cell in page.context["cells"] for hour in cell.hours if hour.more_url)
    assert text(paris.get(url)).count("data-event") == 14


@pytest.mark.parametrize(
    ("hours", "opens"), [([], 8), ([1], 1), ([1, 9], 8), ([8], 8), ([19], 8), ([20], 20), ([23, 3], 3)]
)
def test_a_week_opens_at_the_working_hours_or_at_what_there_is(alice: User, hours: list[int], opens: int) -> None:
    day = date(2027, 3, 24)
    for number, hour in enumerate(hours):
        store(alice, content=states.post(alice, number), due_at=datetime(2027, 3, 24, hour, tzinfo=UTC))
    found = agenda.days(alice, day, 1, most=4, filters=agenda.Filters(), by_hour=True)

    assert grids.opens_at(grids.cells("day", day, found, [], today=day, zone=UTC)) == opens


@pytest.mark.parametrize("view", ["month", "week", "list"])
@pytest.mark.parametrize("number", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_posts(
    paris: Client, alice: User, view: str, number: int, django_assert_max_num_queries: Any
) -> None:
    slots.add(alice, [0, 1, 2, 3, 4, 5, 6], time(18))
    for each in range(number):
        store(alice, content=states.post(alice, each), due_at=NOW + timedelta(minutes=10 * each))
        planning.enqueue(states.post(alice, each), ["x"], now=NOW)
    with django_assert_max_num_queries(18):
        paris.get(reverse("content:calendar"), {"view": view})
