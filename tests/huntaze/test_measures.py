"""Money, times and counts, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from huntaze.templatetags import measures

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        (None, "n/a", "n.d."),
        (Decimal(0), "$0.00", "0,00\u202f$"),
        (Decimal("0.0000994"), "$0.000099", "0,000099\u202f$"),
        (Decimal("0.00377"), "$0.0038", "0,0038\u202f$"),
        (Decimal("0.0113"), "$0.011", "0,011\u202f$"),
        (Decimal("0.25"), "$0.25", "0,25\u202f$"),
        (Decimal("1234.567"), "$1,234.57", "1\xa0234,57\u202f$"),
        (Decimal("-1.234"), "−$1.23", "−1,23\u202f$"),
        (Decimal("-0.00377"), "−$0.0038", "−0,0038\u202f$"),
        (Decimal("-1234.567"), "−$1,234.57", "−1\xa0234,57\u202f$"),
        (Decimal("-0.00"), "$0.00", "0,00\u202f$"),
    ],
)
def test_money(amount: Decimal | None, english: str, french: str) -> None:
    with translation.override("en"):
        assert measures.money(amount) == english
    with translation.override("fr"):
        assert measures.money(amount) == french


@pytest.mark.parametrize(
    ("milliseconds", "english", "french"),
    [
        (0, "0.0 s", "0,0\u202fs"),
        (1_850, "1.8 s", "1,8\u202fs"),
        (1_870, "1.9 s", "1,9\u202fs"),
        (12_600, "13 s", "13\u202fs"),
    ],
)
def test_seconds(milliseconds: int, english: str, french: str) -> None:
    with translation.override("en"):
        assert measures.seconds(milliseconds) == english
    with translation.override("fr"):
        assert measures.seconds(milliseconds) == french


@pytest.mark.parametrize(
    ("moment", "english", "french"),
    [
        (datetime(2026, 11, 22, 9, 5, tzinfo=UTC), "10:05", "10:05"),
        (datetime(2026, 11, 21, 23, 30, tzinfo=UTC), "00:30", "00:30"),
        (datetime(2026, 11, 21, 9, 5, tzinfo=UTC), "21 Nov", "21 nov."),
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "1 Nov", "1er nov."),
        (datetime(2025, 12, 24, 9, 5, tzinfo=UTC), "24 Dec 2025", "24 déc. 2025"),
    ],
    ids=["today", "today where the reader is", "this year", "the first", "another year"],
)
def test_when(moment: datetime, english: str, french: str) -> None:
    with time_machine.travel(NOW, tick=False), timezone.override(ZoneInfo("Europe/Paris")):
        with translation.override("en"):
            assert measures.when(moment) == english
        with translation.override("fr"):
            assert measures.when(moment) == french


def test_a_day_and_a_moment() -> None:
    first = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    with translation.override("en"):
        assert (measures.day(first), measures.moment(first)) == ("1 December", "1 December 2026, 08:00")
    with translation.override("fr"):
        assert (measures.day(first), measures.moment(first)) == ("1er décembre", "1er décembre 2026, 08:00")


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [
        (
            27,
            ("Fri 27 Nov", "Fri 27 Nov, 09:00", "Friday 27 November 2026"),
            ("ven", "27 nov.", "Vendredi 27 novembre"),
        ),
        (1, ("Sun 1 Nov", "Sun 1 Nov, 09:00", "Sunday 1 November 2026"), ("dim", "1er nov.", "Dimanche 1er novembre")),
    ],
)
def test_weekdays(day: int, english: tuple[str, str, str], french: tuple[str, str, str]) -> None:
    moment = datetime(2026, 11, day, 9, tzinfo=UTC)

    shown = measures.weekday(moment), measures.weekday_time(moment), measures.long_day(moment)
    assert shown == english
    with translation.override("fr"):
        short, month, long = french
        assert measures.weekday(moment) == f"{short} {month}"
        assert measures.weekday_time(moment) == f"{short} {month}, 09:00"
        assert measures.long_day(moment) == f"{long} 2026"
