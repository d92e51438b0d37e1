"""Days and times on a wall, in zones whose clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from content.planning import wall_clock

PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
ZONES = [PARIS, NEW_YORK, LORD_HOWE, APIA, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Havana"), UTC]


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc", "local"),
    [
        (PARIS, date(2027, 3, 28), time(2, 30), "2027-03-28T01:00", "03:00"),
        (PARIS, date(2027, 3, 28), time(2, 0), "2027-03-28T01:00", "03:00"),
        (PARIS, date(2027, 3, 28), time(2, 59), "2027-03-28T01:00", "03:00"),
        (NEW_YORK, date(2027, 3, 14), time(2, 30), "2027-03-14T07:00", "03:00"),
        # Half an hour: 02:00 becomes 02:30.
        (LORD_HOWE, date(2027, 10, 3), time(2, 10), "2027-10-02T15:30", "02:30"),
        # Midnight itself is skipped in Havana.
        (ZoneInfo("America/Havana"), date(2027, 3, 14), time(0, 15), "2027-03-14T05:00", "01:00"),
    ],
)
def test_a_time_that_no_clock_shows_is_the_next_minute_that_one_does(zone, day, at, utc, local) -> None:
    found = wall_clock.moment(day, at, zone)

    assert found.oddity == "skipped"
    assert f"{found.at:%Y-%m-%dT%H:%M}" == utc
    assert f"{found.local:%H:%M}" == local
    assert f"there is no {at:%H:%M}" in found.remark
    assert local in found.remark


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        (PARIS, date(2027, 10, 31), time(2, 30), "2027-10-31T00:30"),
        (NEW_YORK, date(2027, 11, 7), time(1, 30), "2027-11-07T05:30"),
        (LORD_HOWE, date(2027, 4, 4), time(1, 45), "2027-04-03T14:45"),
    ],
)
def test_a_time_that_clocks_show_twice_is_the_first_one(zone, day, at, utc) -> None:
    found = wall_clock.moment(day, at, zone)

    assert found.oddity == "twice"
    assert f"{found.at:%Y-%m-%dT%H:%M}" == utc
    assert f"{at:%H:%M} comes twice" in found.remark


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        # The minutes around a change of clocks.
        (PARIS, date(2027, 3, 28), time(1, 59), "2027-03-28T00:59"),
        (PARIS, date(2027, 3, 28), time(3, 0), "2027-03-28T01:00"),
        (PARIS, date(2027, 10, 31), time(1, 59), "2027-10-30T23:59"),
        (PARIS, date(2027, 10, 31), time(3, 0), "2027-10-31T02:00"),
        # A leap day, and both sides of a year's end.
        (PARIS, date(2028, 2, 29), time(9, 0), "2028-02-29T08:00"),
        (NEW_YORK, date(2027, 12, 31), time(23, 30), "2028-01-01T04:30"),
        (PARIS, date(2028, 1, 1), time(0, 15), "2027-12-31T23:15"),
    ],
)
def test_any_other_time_is_what_it_says(zone, day, at, utc) -> None:
    found = wall_clock.moment(day, at, zone)

    assert (found.oddity, found.remark) == ("", "")
    assert f"{found.at:%Y-%m-%dT%H:%M}" == utc


@given(
    st.sampled_from(ZONES),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2037, 12, 31)),
    st.integers(0, 24 * 60 - 1),
)
def test_a_moment_shows_the_time_that_was_asked_unless_it_does_not_exist(zone, day, minute) -> None:
    at = time(minute // 60, minute % 60)
    found = wall_clock.moment(day, at, zone)

    shown = found.local.replace(tzinfo=None, fold=0)
    if found.oddity == "skipped":
        assert shown > found.asked
        # The minute before is on the other side of the gap.
        before = (found.at - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None, fold=0)
        assert before < found.asked
    else:
        assert shown == found.asked
        assert found.local.fold == 0


@given(st.sampled_from(ZONES), st.dates(min_value=date(2026, 1, 1), max_value=date(2029, 12, 31)))
def test_times_of_a_day_never_go_back(zone, day) -> None:
    moments = [wall_clock.moment(day, time(hour, minute), zone).at for hour in range(24) for minute in (0, 29, 59)]

    # The second of two equal hours is named by no time on a wall, so what follows it is later too.
    assert moments == sorted(moments)


def test_a_zone_that_this_system_does_not_know_counts_as_utc(alice: User) -> None:
    alice.time_zone = "Mars/Olympus"
    assert wall_clock.zone_of(alice) is UTC


def test_seconds_are_dropped() -> None:
    assert wall_clock.moment(date(2027, 1, 1), time(9, 0, 59), UTC).at == datetime(2027, 1, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Paris is an hour ahead of UTC in winter.
        ("2026-11-27 13:00", "2026-11-27 14:00"),
        ("2026-11-27 13:20", "2026-11-27 15:00"),
        ("2026-11-27 19:30", "2026-11-28 08:00"),
        ("2026-11-27 23:30", "2026-11-28 08:00"),
        ("2026-11-28 05:00", "2026-11-28 08:00"),
        ("2026-11-28 06:00", "2026-11-28 07:00"),
        ("2026-12-31 22:15", "2027-01-01 08:00"),
        # Clocks are put forward in the night.
        ("2027-03-27 23:30", "2027-03-28 07:00"),
    ],
)
def test_a_good_hour_is_soon_and_not_at_night(now: str, expected: str) -> None:
    found = wall_clock.good_hour(datetime.fromisoformat(now).replace(tzinfo=UTC), PARIS)

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_full_hour_is_one_on_the_creators_clock() -> None:
    found = wall_clock.good_hour(datetime(2026, 11, 27, 10, tzinfo=UTC), ZoneInfo("Asia/Kathmandu"))

    assert found.astimezone(ZoneInfo("Asia/Kathmandu")).time() == time(17)
