"""A day that is over is summed up once; one that is not, each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from ai_routing.reports import days, spend
from ai_routing.reports.period import Period
from tests.ai_routing.reports.ledger_rows import BOTH, FIRST, NOW, SECOND, row, small_ledger

pytestmark = pytest.mark.django_db


def cost(period: Period = BOTH, *, now: datetime = NOW) -> Decimal:
    return spend.of(period, now=now).total.cost


def test_kept_days_tell_what_counted_ones_do(alice: User, bob: User) -> None:
    small_ledger(alice, bob)
    counted = spend.of(BOTH, now=NOW)

    with CaptureQueriesContext(connection) as asked:
        kept = spend.of(BOTH, now=NOW)

    assert len(asked) == 1, "only what has no price is asked for anew"
    assert kept == counted


def test_today_is_counted_each_time(alice: User) -> None:
    today = Period(NOW.date(), NOW.date())
    row(alice, created_at=NOW, money=(5, 0, 0))
    assert cost(today) == 5

    row(alice, created_at=NOW, money=(6, 0, 0))

    assert cost(today) == 11


def test_a_day_is_not_kept_while_its_last_rows_may_be_on_their_way(alice: User) -> None:
    yesterday = Period(SECOND.date(), SECOND.date())
    midnight = datetime(2026, 11, 22, tzinfo=UTC)
    assert cost(yesterday, now=midnight + timedelta(minutes=59)) == 0

    row(alice, created_at=SECOND, money=(5, 0, 0))

    assert cost(yesterday, now=midnight + timedelta(hours=1)) == 5


def test_kept_days_and_others_come_together(alice: User) -> None:
    row(alice, created_at=SECOND, money=(5, 0, 0))
    cost(Period(SECOND.date(), SECOND.date()))
    row(alice, created_at=FIRST, money=(7, 0, 0))
    row(alice, created_at=NOW, money=(9, 0, 0))

    assert cost(Period(FIRST.date(), NOW.date())) == 21


def test_another_version_of_the_figures_is_not_read(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    cost()
    assert cache.get(days.key(FIRST.date())) is not None

    monkeypatch.setattr(days, "VERSION", days.VERSION + 1)

    assert cache.get(days.key(FIRST.date())) is None
    row(alice, created_at=FIRST, money=(5, 0, 0))
    assert cost() == 5


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_days_are_those_of_utc_wherever_the_reader_is(alice: User, zone: str) -> None:
    late, early = BOTH.end - timedelta(seconds=1), BOTH.start
    row(alice, created_at=late, money=(None, None, None))
    row(alice, created_at=early, money=(3, 0, 0))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE %s", [zone])
    with timezone.override(zone):
        by_day = spend.of(BOTH, now=NOW).by_day

    assert [(int(sums.cost), sums.unpriced) for sums in by_day.values()] == [(3, 0), (0, 1)]
