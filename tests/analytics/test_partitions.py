"""A table a month: made ahead, made once, and what went astray comes home."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from analytics import events, partitions, tasks
from analytics.models import Event

# Far from the months that the database of the tests begins with.
NOVEMBER = datetime(2041, 11, 22, 12, tzinfo=UTC)
NAMES = [f"analytics_events_{month}" for month in ("2041_11", "2041_12", "2042_01", "2042_02")]


def record(created_at: datetime) -> None:
    events.record("content.edited", user_id=None, data={"content_id": str(created_at)}, now=created_at)


def places() -> dict[datetime, str]:
    """Return the table that each event lies in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT created_at, tableoid::regclass::text FROM analytics_events")
        return dict(cursor.fetchall())


def attached() -> dict[str, int]:
    """Return the attached partitions with the number of their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text, (SELECT count(*) FROM pg_index WHERE indrelid = inhrelid AND indisvalid)"
            " FROM pg_inherits WHERE inhparent = 'analytics_events'::regclass"
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
def test_this_month_and_the_next_three_are_made_over_the_end_of_the_year() -> None:
    assert partitions.ensure(now=NOVEMBER) == NAMES

    indexes = attached()
    assert {indexes[name] for name in NAMES} == {indexes["analytics_events_default"]} == {7}


@pytest.mark.django_db
def test_making_them_again_makes_nothing() -> None:
    partitions.ensure(now=NOVEMBER, months_ahead=1)
    before = attached()

    assert partitions.ensure(now=NOVEMBER, months_ahead=1) == []
    assert attached() == before
    assert partitions.ensure(now=NOVEMBER, months_ahead=2) == ["analytics_events_2042_01"]


@pytest.mark.django_db
def test_an_event_goes_to_its_month_to_the_microsecond() -> None:
    partitions.ensure(now=NOVEMBER, months_ahead=1)
    december = datetime(2041, 12, 1, tzinfo=UTC)
    january = datetime(2042, 1, 1, tzinfo=UTC)
    tick = timedelta(microseconds=1)

    for created_at in (december - tick, december, january - tick, january):
        record(created_at)

    assert places() == {
        december - tick: "analytics_events_2041_11",
        december: "analytics_events_2041_12",
        january - tick: "analytics_events_2041_12",
        january: "analytics_events_default",
    }


@pytest.mark.django_db
def test_events_that_came_too_early_move_into_their_month_and_others_stay() -> None:
    strays = [datetime(2041, 11, 1, tzinfo=UTC), datetime(2041, 11, 30, 23, 59, tzinfo=UTC)]
    other = datetime(2045, 1, 1, tzinfo=UTC)
    for created_at in (*strays, other):
        record(created_at)
    before = {row.pk: row.data for row in Event.objects.all()}
    assert set(places().values()) == {"analytics_events_default"}

    partitions.ensure(now=NOVEMBER)

    assert places() == {
        **dict.fromkeys(strays, "analytics_events_2041_11"),
        other: "analytics_events_default",
    }
    assert {row.pk: row.data for row in Event.objects.all()} == before


@pytest.mark.django_db
def test_a_question_about_a_month_reads_that_month_only() -> None:
    partitions.ensure(now=NOVEMBER)

    plan = Event.objects.filter(
        created_at__gte=datetime(2041, 12, 1, tzinfo=UTC), created_at__lt=datetime(2042, 1, 1, tzinfo=UTC)
    ).explain()

    assert "analytics_events_2041_12" in plan
    assert "analytics_events_2041_11" not in plan
    assert "default" not in plan


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("month", "following"),
    [
        (datetime(2041, 1, 1, tzinfo=UTC), datetime(2041, 2, 1, tzinfo=UTC)),
        (datetime(2041, 11, 1, tzinfo=UTC), datetime(2041, 12, 1, tzinfo=UTC)),
        (datetime(2041, 12, 1, tzinfo=UTC), datetime(2042, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_month_after(month: datetime, following: datetime) -> None:
    assert partitions.next_month(month) == following


@pytest.mark.django_db
def test_the_command_and_the_task_make_them() -> None:
    told = StringIO()
    with time_machine.travel(NOVEMBER, tick=False):
        call_command("ensure_partitions", months_ahead=0, stdout=told)
        call_command("ensure_partitions", months_ahead=0, stdout=told)
        tasks.ensure_event_partitions()

    assert told.getvalue().splitlines() == ["Created: analytics_events_2041_11", "All partitions are there."]
    assert attached().keys() >= set(NAMES)


@pytest.mark.django_db(transaction=True)
def test_many_make_them_at_once_and_each_is_made_once() -> None:
    record(NOVEMBER)
    start = Barrier(6, timeout=10)

    def ensure() -> list[str]:
        start.wait()
        try:
            return partitions.ensure(now=NOVEMBER)
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(6) as threads:
            made = [name for future in [threads.submit(ensure) for _ in range(6)] for name in future.result(timeout=20)]
        assert sorted(made) == NAMES
        assert places() == {NOVEMBER: "analytics_events_2041_11"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(NAMES)}")


@pytest.mark.django_db
def test_past_months_get_their_partitions_once_an_event_came() -> None:
    imported = [datetime(2019, 5, 31, 23, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)]
    ancient = datetime(1999, 12, 31, tzinfo=UTC)
    for created_at in (*imported, ancient):
        record(created_at)

    assert partitions.adopt(now=NOVEMBER) == ["analytics_events_2019_05", "analytics_events_2020_01"]

    assert places() == {
        imported[0]: "analytics_events_2019_05",
        imported[1]: "analytics_events_2020_01",
        ancient: "analytics_events_default",
    }
    assert attached()["analytics_events_2019_05"] == attached()["analytics_events_default"]
    assert partitions.adopt(now=NOVEMBER) == []


@pytest.mark.django_db
def test_events_arrive_by_the_transaction_that_records_them_in_every_month() -> None:
    partitions.ensure(now=NOVEMBER, months_ahead=0)
    for created_at in (NOVEMBER, datetime(1999, 1, 1, tzinfo=UTC)):
        record(created_at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (transaction,) = cursor.fetchone()

    assert set(Event.objects.values_list("arrival", flat=True)) == {transaction}
