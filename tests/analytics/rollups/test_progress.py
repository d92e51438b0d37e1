"""The cursor in another cluster: tables were restored, and transactions are numbered from the beginning again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from analytics import figures
from analytics.models import Event, RollupCursor
from analytics.rollups import progress
from tests.analytics import rolling
from tests.analytics.rolling import viewed

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAR = 10**12


@pytest.fixture(autouse=True)
def same_arrivals_afterwards() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute(progress.ARRIVAL.format(offset=0))


def restored_from_elsewhere() -> None:
    """Leave what a restore does: events and a cursor with numbers of another cluster, written by one transaction."""
    Event.objects.update(arrival=FAR - 10)
    RollupCursor.objects.update(arrival=FAR, system_identifier=7)


def counted(user: User) -> int:
    return sum(
        point.count for point in figures.total(user, "page.viewed", NOON.date(), NOON.date() + timedelta(days=1))
    )


def roll_up() -> int:
    return rolling.roll_up(now=NOON)


def test_figures_go_on_and_nothing_counts_twice(alice: User) -> None:
    viewed(alice, NOON)
    roll_up()
    restored_from_elsewhere()

    assert roll_up() == 0
    viewed(alice, NOON)
    assert roll_up() == 1

    assert counted(alice) == 2
    cursor = RollupCursor.objects.get()
    assert cursor.offset > 0
    assert cursor.system_identifier == progress.cluster()
    assert cursor.arrival > FAR


def test_what_was_recorded_before_the_restore_was_noticed_counts_too(alice: User) -> None:
    viewed(alice, NOON)
    roll_up()
    restored_from_elsewhere()
    viewed(alice, NOON)
    viewed(alice, NOON)

    roll_up()
    # Their new arrivals are numbers of the transaction that noticed, which was under way.
    roll_up()

    assert counted(alice) == 3


def test_what_was_not_yet_counted_where_it_came_from_counts_here(alice: User) -> None:
    viewed(alice, NOON)
    roll_up()
    viewed(alice, NOON)
    Event.objects.update(arrival=FAR + 5)
    RollupCursor.objects.update(arrival=FAR + 1, system_identifier=7)
    viewed(alice, NOON)

    roll_up()
    roll_up()

    # Of two events with the arrival FAR + 5, one was counted in this cluster already.
    assert counted(alice) == 1 + 3


def test_a_cluster_that_was_upgraded_in_place_changes_nothing(alice: User) -> None:
    viewed(alice, NOON)
    roll_up()
    before = RollupCursor.objects.get()
    RollupCursor.objects.update(system_identifier=7)
    viewed(alice, NOON)

    assert roll_up() == 1

    assert counted(alice) == 2
    after = RollupCursor.objects.get()
    assert (after.offset, after.system_identifier) == (before.offset, progress.cluster())


def test_a_table_that_was_restored_after_the_cursor_is_not_taken_for_new(alice: User) -> None:
    for _event in range(3):
        viewed(alice, NOON)
    roll_up()
    RollupCursor.objects.update(arrival=FAR, system_identifier=7)
    # Younger than the cursor; one of the numbers happens to fit this cluster, the others do not.
    ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE analytics_events SET arrival = CASE WHEN id = %s THEN pg_current_xact_id()::text::bigint"
            " ELSE %s END",
            [ids[0], FAR - 10],
        )

    roll_up()
    roll_up()

    assert counted(alice) == 3
