"""Ranges of days, and what they are compared with, on the account's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from analytics import ranges
from analytics.ranges import Range

TODAY = date(2026, 11, 28)
PARIS = ZoneInfo("Europe/Paris")
SOMEBODY = User(time_zone="Europe/Paris")


@pytest.mark.parametrize(
    ("name", "start", "before_start", "before_end"),
    [
        ("7d", date(2026, 11, 22), date(2026, 11, 15), date(2026, 11, 21)),
        ("30d", date(2026, 10, 30), date(2026, 9, 30), date(2026, 10, 29)),
        ("90d", date(2026, 8, 31), date(2026, 6, 2), date(2026, 8, 30)),
        ("12m", date(2025, 11, 29), date(2024, 11, 29), date(2025, 11, 28)),
    ],
)
def test_presets_end_today_and_follow_what_they_are_compared_with(
    name: str, start: date, before_start: date, before_end: date
) -> None:
    found = ranges.preset(SOMEBODY, name, today=TODAY)

    assert (found.start, found.end) == (start, TODAY)
    assert (found.before.start, found.before.end) == (before_start, before_end)


def test_a_day_begins_at_midnight_of_the_account_also_when_clocks_change() -> None:
    # In the night to 25 October 2026 Paris put its clocks back.
    day = Range(date(2026, 10, 25), date(2026, 10, 25), PARIS)

    assert day.starts_at == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert day.ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_today_is_the_accounts_own() -> None:
    assert ranges.today(SOMEBODY, now=datetime(2026, 11, 27, 23, 30, tzinfo=UTC)) == TODAY


def test_long_ranges_are_drawn_by_month() -> None:
    year = ranges.preset(SOMEBODY, "12m", today=TODAY)

    steps = list(year.steps())
    assert (steps[0], steps[-1], len(steps)) == (date(2025, 11, 1), date(2026, 11, 1), 13)
    assert len(list(year.before.steps())) == 13
    assert len(list(ranges.preset(SOMEBODY, "90d", today=TODAY).steps())) == 90


def test_a_leap_day_has_a_year_before() -> None:
    assert ranges.months_back(date(2028, 2, 29), 12) == date(2027, 2, 28)
    assert ranges.months_back(date(2026, 3, 31), 1) == date(2026, 2, 28)


def test_its_address_means_it_again() -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    for query in ({"range": "90d"}, {"from": "2026-11-01", "to": "2026-11-10"}):
        found = ranges.asked(SOMEBODY, query, now=now)

        assert found.query == query
        assert ranges.asked(SOMEBODY, found.query, now=now) == found
