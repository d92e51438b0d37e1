"""What is kept for a time goes when it is over, and events only when they are in the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from analytics import partitions, tasks
from analytics.models import DailyFigure, Event, HourlyFigure, Visitor
from analytics.rollups import cleaning
from tests.analytics.rolling import roll_up, viewed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'analytics_events'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def test_hours_go_after_a_hundred_days_and_visitors_after_three(alice: User) -> None:
    for days in (0, 3, 4, 100, 101):
        hour = (NOW - days * DAY).replace(minute=0)
        HourlyFigure.objects.create(user=alice, metric="page.viewed", hour=hour, count=1)
        Visitor.objects.create(user=alice, day=hour.date(), visitor=1)

    cleaning.clean(now=NOW)

    assert {NOW.date() - row.hour.date() for row in HourlyFigure.objects.order_by("hour")} == {
        0 * DAY,
        3 * DAY,
        4 * DAY,
        100 * DAY,
    }
    assert {NOW.date() - row.day for row in Visitor.objects.order_by("day")} == {0 * DAY, 3 * DAY}


def test_months_of_events_go_when_they_are_old_and_counted(alice: User, settings: Any) -> None:
    settings.EVENTS_KEPT_MONTHS = 60
    for month in (datetime(2021, 10, 1, tzinfo=UTC), datetime(2021, 11, 1, tzinfo=UTC)):
        partitions.ensure(now=month, months_ahead=0)
        viewed(alice, month)
    assert cleaning.drop_events(now=NOW) == [], "nothing has been rolled up yet"
    roll_up(now=NOW)

    assert cleaning.drop_events(now=NOW) == ["analytics_events_2021_10"]

    assert "analytics_events_2021_10" not in tables()
    assert "analytics_events_2021_11" in tables()
    assert Event.objects.get().created_at.month == 11
    assert DailyFigure.objects.filter(metric="page.viewed").count() == 2, "figures stay"
    assert cleaning.drop_events(now=NOW) == []


def test_a_month_with_an_event_that_is_not_counted_stays(alice: User, settings: Any) -> None:
    settings.EVENTS_KEPT_MONTHS = 60
    month = datetime(2021, 10, 1, tzinfo=UTC)
    partitions.ensure(now=month, months_ahead=0)
    viewed(alice, month)
    roll_up(now=NOW)
    viewed(alice, month)

    assert cleaning.drop_events(now=NOW) == []

    tasks.clean_figures()
    assert Event.objects.count() == 2
