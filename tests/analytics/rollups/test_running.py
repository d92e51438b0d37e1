"""Each event counts once, on the day that it belongs to, whenever it comes and whatever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from analytics import events, figures, tasks
from analytics.figures import Point, Share, Total
from analytics.models import DailyFigure, Event, HourlyFigure, RollupCursor
from analytics.rollups import running
from tests.analytics.rolling import earned, quiet, roll_up, viewed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = NOON.date()


def month(user: User, metric: str, **options: Any) -> list[Point]:
    return figures.daily(user, metric, date(2026, 11, 1), date(2026, 12, 1), **options)


def test_events_become_figures_by_day_dimension_and_currency(alice: User, bob: User) -> None:
    earned(alice, NOON, source="tip")
    earned(alice, NOON, source="ppv", gross_minor=500, net_minor=400)
    earned(alice, NOON + DAY, source="tip", currency="usd", net_minor=700)
    earned(bob, NOON, net_minor=1)

    assert roll_up() == 4

    assert month(alice, "earning.net") == [
        Point(TODAY, "eur", 2, Decimal(1200)),
        Point(TODAY + DAY, "usd", 1, Decimal(700)),
    ]
    assert month(alice, "earning.net", dimension="ppv") == [Point(TODAY, "eur", 1, Decimal(400))]
    assert figures.total(alice, "earning.gross", TODAY, TODAY + DAY) == [Total("eur", 2, Decimal(1500))]
    assert figures.by_dimension(alice, "earning.net", TODAY, TODAY + 2 * DAY) == [
        Share("tip", "eur", 1, Decimal(800)),
        Share("tip", "usd", 1, Decimal(700)),
        Share("ppv", "eur", 1, Decimal(400)),
    ]
    assert figures.platform_total("earning.net", TODAY, TODAY + DAY) == [Total("eur", 3, Decimal(1201))]


def test_what_is_rolled_up_again_counts_once_and_new_events_are_added(alice: User) -> None:
    viewed(alice, NOON)
    roll_up()
    assert roll_up() == 0
    viewed(alice, NOON + timedelta(minutes=1))

    assert roll_up() == 1

    assert [point.count for point in month(alice, "page.viewed")] == [2]


def test_a_late_event_counts_on_the_day_that_it_happened(alice: User) -> None:
    viewed(alice, NOON + 5 * DAY)
    roll_up()
    viewed(alice, NOON - 10 * DAY)

    roll_up()

    assert [point.day for point in month(alice, "page.viewed")] == [TODAY - 10 * DAY, TODAY + 5 * DAY]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Auckland", date(2026, 11, 21)),
        ("America/Los_Angeles", date(2026, 11, 20)),
        ("Nowhere/Atall", date(2026, 11, 20)),
        ("FOO-12", date(2026, 11, 20)),
    ],
    ids=["east", "west", "unknown", "known to PostgreSQL alone"],
)
def test_a_day_is_one_of_the_accounts_calendar(alice: User, zone: str, day: date) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone=zone)
    viewed(alice, NOON)

    roll_up()

    assert [point.day for point in month(alice, "page.viewed")] == [day]
    assert [point.day for point in figures.platform_daily("page.viewed", TODAY, TODAY + DAY)] == [TODAY]


def test_a_mistake_takes_its_earning_back_and_a_refund_only_the_money(alice: User) -> None:
    wrong = earned(alice, NOON)
    right = earned(alice, NOON)
    earned(alice, NOON, what="removed", **wrong)
    earned(alice, NOON + DAY, what="refunded", **right | {"gross_minor": 300, "fee_minor": 60, "net_minor": 240})

    roll_up()

    both = (TODAY, TODAY + 2 * DAY)
    assert figures.total(alice, "earning.gross", *both) == [Total("eur", 1, Decimal(1000))]
    assert figures.total(alice, "earning.refunded", *both) == [Total("eur", 1, Decimal(300))]
    assert figures.total(alice, "earning.fee", *both) == [Total("eur", 1, Decimal(140))]
    assert figures.total(alice, "earning.net", *both) == [Total("eur", 1, Decimal(560))]


def test_a_refund_that_was_a_mistake_is_taken_back_alone(alice: User) -> None:
    paid = earned(alice, NOON)
    earned(alice, NOON, what="refunded", **paid)
    earned(alice, NOON, what="refunded", **paid | {"gross_minor": -1000, "fee_minor": -200, "net_minor": -800})

    roll_up()

    found = figures.totals(alice, ["earning.gross", "earning.refunded", "earning.net"], TODAY, TODAY + DAY)
    assert found == {
        "earning.gross": [Total("eur", 1, Decimal(1000))],
        "earning.refunded": [Total("eur", 0, Decimal(0))],
        "earning.net": [Total("eur", 1, Decimal(800))],
    }


def test_visitors_count_once_a_day(alice: User) -> None:
    for visitor in (1, 1, 2):
        viewed(alice, NOON, visitor=visitor)
    roll_up(now=NOON)
    viewed(alice, NOON + timedelta(hours=1), visitor=2)
    viewed(alice, NOON + timedelta(hours=1), visitor=3)
    viewed(alice, NOON + DAY, visitor=3)

    roll_up(now=NOON)

    assert [point.count for point in month(alice, "page.visitors")] == [3, 1]


def test_visitors_of_days_that_are_no_longer_kept_are_counted_anew(alice: User) -> None:
    viewed(alice, NOON, visitor=1)
    roll_up(now=NOON + 10 * DAY)
    viewed(alice, NOON, visitor=1)
    viewed(alice, NOON, visitor=2)

    roll_up(now=NOON + 10 * DAY)

    assert [point.count for point in month(alice, "page.visitors")] == [2]


def test_events_of_nobody_count_for_the_platform(alice: User) -> None:
    viewed(alice, NOON)
    Event.objects.update(user=None)
    viewed(alice, NOON)
    User.objects.filter(pk=alice.pk).delete()

    roll_up()

    assert not DailyFigure.objects.exists()
    assert not HourlyFigure.objects.exists()
    assert figures.platform_total("page.viewed", TODAY, TODAY + DAY) == [Total("", 2, Decimal(0))]


def test_hours_are_kept_of_the_last_hundred_days(alice: User) -> None:
    viewed(alice, NOON + timedelta(minutes=59))
    viewed(alice, NOON + timedelta(hours=1))
    viewed(alice, NOON - 150 * DAY)

    roll_up(now=NOON + DAY)

    hours = figures.hourly(alice, "page.viewed", NOON - 200 * DAY, NOON + DAY)
    assert [(point.hour, point.count) for point in hours] == [(NOON, 1), (NOON + timedelta(hours=1), 1)]
    with pytest.raises(figures.UnknownMetric):
        figures.hourly(alice, "device.viewed", NOON, NOON + DAY)


def test_views_of_pages_that_are_no_content_are_no_contents_views(alice: User) -> None:
    content = str(uuid4())
    viewed(alice, NOON, content_id=content)
    viewed(alice, NOON, host="example.org")

    roll_up()

    assert figures.by_dimension(alice, "content.viewed", TODAY, TODAY + DAY) == [Share(content, "", 1, Decimal(0))]
    hosts = {share.dimension for share in figures.by_dimension(alice, "referrer.viewed", TODAY, TODAY + DAY)}
    assert hosts == {"", "example.org"}


@pytest.mark.django_db(transaction=True)
def test_portions_end_where_transactions_do(alice: User) -> None:
    for _transaction in range(3):
        with transaction.atomic():
            for _event in range(4):
                viewed(alice, NOON)

    quiet()
    counts = []
    while (ran := running.run(now=NOON, at_most=3)).events:
        counts.append(ran.events)

    assert counts == [4, 4, 4]
    assert [point.count for point in month(alice, "page.viewed")] == [12]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_after_younger_ones_is_not_passed_over(alice: User) -> None:
    recorded, go_on = Signal(), Signal()

    def slowly() -> None:
        with transaction.atomic():
            viewed(alice, NOON)
            recorded.set()
            assert go_on.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(slowly)
        assert recorded.wait(10)
        viewed(alice, NOON)
        assert running.run(now=NOON).events == 0, "the older transaction may still record something"
        go_on.set()
        slow.result(timeout=10)

    quiet()
    assert running.run(now=NOON).events == 2
    assert [point.count for point in month(alice, "page.viewed")] == [2]


@pytest.mark.django_db(transaction=True)
def test_a_run_leaves_it_to_the_one_that_is_under_way(alice: User) -> None:
    viewed(alice, NOON)
    running.run(now=NOON)
    held, go_on = Signal(), Signal()

    def hold() -> None:
        with transaction.atomic():
            RollupCursor.objects.select_for_update().get()
            held.set()
            assert go_on.wait(10)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        other = threads.submit(hold)
        assert held.wait(10)
        assert running.run(now=NOON) == running.NOTHING
        go_on.set()
        other.result(timeout=10)


@pytest.mark.django_db(transaction=True)
def test_the_command_and_the_task_roll_up(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    viewed(alice, NOON)
    quiet()
    call_command("roll_up")
    viewed(alice, NOON)
    quiet()
    tasks.roll_up()

    assert capsys.readouterr().out == "Events taken: 1\n"
    assert [point.count for point in month(alice, "page.viewed")] == [2]
    assert figures.counted_until() is not None


def test_what_is_read_is_one_query(alice: User, django_assert_num_queries: Any) -> None:
    for hour in range(30):
        viewed(alice, NOON + hour * timedelta(hours=1), visitor=hour)
    roll_up()

    with django_assert_num_queries(1):
        figures.daily(alice, "page.viewed", TODAY, TODAY + 30 * DAY)
    with pytest.raises(figures.UnknownMetric):
        figures.daily(alice, "page.burned", TODAY, TODAY + DAY)


def test_a_number_that_is_none_does_not_stop_the_figures(alice: User) -> None:
    events.record("fan.followed", user_id=alice.pk, data={"fan_id": "seven", "source": "page"}, now=NOON)

    roll_up()

    assert [point.count for point in month(alice, "fan.followed")] == [1]
