"""Days are made anew from their events, exactly, while new events come in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.models import User
from analytics.models import DailyFigure, FanFigures, FanMonth, HourlyFigure, PlatformFigure, Visitor
from analytics.rollups import backfilling
from tests.analytics.rolling import earned, followed, roll_up, viewed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = NOON.date()
FAN = UUID("0199d000-0000-7000-8000-000000000001")
FIGURES = (DailyFigure, HourlyFigure, PlatformFigure, FanFigures, FanMonth, Visitor)


def everything() -> dict[str, list[Any]]:
    return {model.__name__: sorted(model.objects.values_list(), key=str) for model in FIGURES}


def a_week(*people: User) -> None:
    for person in people:
        for days in range(7):
            at = NOON - days * DAY + timedelta(hours=5 * days)
            viewed(person, at, visitor=days % 3)
            earned(person, at, fan_id=str(FAN), source="renewal")
            followed(person, FAN, at)


@pytest.fixture
def lived(alice: User, bob: User) -> dict[str, list[Any]]:
    """Return the figures of two creators in two time zones, one of them with half hours."""
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Kolkata")
    a_week(alice, bob)
    roll_up(now=NOON)
    return everything()


def test_figures_made_anew_are_the_same(lived: dict[str, list[Any]]) -> None:
    assert backfilling.days(TODAY - 10 * DAY, TODAY + 10 * DAY, now=NOON) == 21

    assert everything() == lived


def test_wrong_figures_become_right(lived: dict[str, list[Any]], alice: User) -> None:
    for model in (DailyFigure, HourlyFigure, PlatformFigure):
        model.objects.update(count=99, amount=7)
    Visitor.objects.all().delete()
    FanMonth.objects.update(net_minor=1)
    FanFigures.objects.update(payments=50, first_paid_at=NOON)
    DailyFigure.objects.create(user=alice, metric="was.once", day=TODAY, count=1)

    backfilling.days(TODAY - 10 * DAY, TODAY + 10 * DAY, now=NOON)

    assert everything() == lived


def test_what_has_not_been_rolled_up_waits_for_that(alice: User) -> None:
    viewed(alice, NOON)
    roll_up(now=NOON)
    viewed(alice, NOON)

    backfilling.day(TODAY, now=NOON)
    assert DailyFigure.objects.get(metric="page.viewed").count == 1

    roll_up(now=NOON)
    assert DailyFigure.objects.get(metric="page.viewed").count == 2


def test_one_account_alone_is_made_anew(lived: dict[str, list[Any]], alice: User, bob: User) -> None:
    DailyFigure.objects.update(count=99)
    PlatformFigure.objects.update(count=99)

    backfilling.days(TODAY - 10 * DAY, TODAY + DAY, now=NOON, user=alice)

    assert set(DailyFigure.objects.filter(user=bob).values_list("count", flat=True)) == {99}
    assert set(PlatformFigure.objects.values_list("count", flat=True)) == {99}
    assert 99 not in DailyFigure.objects.filter(user=alice).values_list("count", flat=True)


def test_days_whose_events_name_nobody_any_more_are_left_alone(alice: User) -> None:
    with pytest.raises(backfilling.TooOld):
        backfilling.days(TODAY - 800 * DAY, TODAY, now=NOON)


def test_a_fan_from_before_the_oldest_events_keeps_their_beginning(alice: User) -> None:
    earned(alice, NOON, fan_id=str(FAN))
    roll_up(now=NOON)
    long_ago = NOON - 900 * DAY
    FanFigures.objects.update(first_seen=long_ago, first_paid_at=long_ago, payments=9)

    backfilling.days(date(2026, 11, 1), TODAY, now=NOON)

    fan = FanFigures.objects.get()
    assert (fan.first_seen, fan.first_paid_at, fan.payments) == (long_ago, long_ago, 9)
    assert FanMonth.objects.get().payments == 1


@time_machine.travel(NOON, tick=False)
def test_the_command_says_what_it_did(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    viewed(alice, NOON)
    roll_up(now=NOON)
    DailyFigure.objects.update(count=99)

    call_command("backfill_rollups", "--from", "2026-11-20", "--to", "2026-11-21", "--user", alice.email)

    assert capsys.readouterr().out == "Days made anew: 2\n"
    assert DailyFigure.objects.get(metric="page.viewed").count == 1
    with pytest.raises(CommandError, match="no account"):
        call_command("backfill_rollups", "--from", "2026-11-20", "--to", "2026-11-21", "--user", "nobody@example.org")
    with pytest.raises(CommandError, match="Events before 2024-11-"):
        call_command("backfill_rollups", "--from", "2020-11-20", "--to", "2026-11-21")
