"""Periods, waits, bars and notices: the parts of the report that need no ledger."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import floor, log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_routing.reports import chart, latency, notices, period
from ai_routing.reports.period import Period

DAY = date(2026, 11, 22)


def test_a_period_is_whole_days() -> None:
    week = period.latest(7, now=datetime(2026, 11, 22, 23, 59, tzinfo=UTC))

    assert (week.first, week.last, week.length) == (date(2026, 11, 16), DAY, 7)
    assert (week.start, week.end) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    assert week.days[0] == week.first
    assert week.days[-1] == week.last


@pytest.mark.parametrize("length", [0, -5, 93])
def test_a_period_is_bounded(length: int) -> None:
    with pytest.raises(period.InvalidPeriod, match="choose 1 to 92 days"):
        Period(DAY, DAY + timedelta(days=length - 1))


def test_the_longest_period() -> None:
    assert Period(DAY - timedelta(days=91), DAY).length == 92


@given(st.lists(st.integers(1, 600_000), min_size=1, max_size=200), st.sampled_from([50, 95]))
def test_a_percentile_is_off_by_little(milliseconds: list[int], percent: int) -> None:
    steps = Counter(floor(log(each) / log(latency.STEP)) for each in milliseconds)
    exact = sorted(milliseconds)[-(-len(milliseconds) * percent // 100) - 1]

    found = latency.percentile(steps, percent)

    assert found is not None
    assert abs(found - exact) <= exact * 0.025 + 0.5


def test_a_percentile_of_nothing() -> None:
    assert latency.percentile(Counter(), 50) is None


def test_bars_are_as_tall_as_their_share() -> None:
    days = [DAY + timedelta(days=number) for number in range(4)]
    amounts = [Decimal(4), Decimal(1), Decimal(0), Decimal("0.0001")]

    drawn = chart.bars(dict(zip(days, amounts, strict=True)))

    assert [(bar.x, bar.y, bar.height) for bar in drawn] == [
        ("0.1", "0.00", "100.00"),
        ("1.1", "75.00", "25.00"),
        ("2.1", "100.00", "0.00"),
        ("3.1", "99.00", "1.00"),
    ]


def test_a_day_of_corrections_below_nothing_has_no_bar() -> None:
    assert [bar.height for bar in chart.bars({DAY: Decimal(-1), DAY + timedelta(days=1): Decimal(0)})] == ["0.00"] * 2
    assert chart.bars({}) == []


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 11, 14), []),
        (date(2026, 11, 15), ["retires on 14 January 2027. The vendor's replacement is gpt-6-luna."]),
        (date(2027, 1, 14), ["was retired on 14 January 2027. The vendor's replacement is gpt-6-luna."]),
    ],
)
def test_a_model_that_retires_is_told_with_its_replacement(settings: Any, today: date, told: list[str]) -> None:
    settings.AI_ECONOMY_MODELS = settings.AI_PREMIUM_MODELS = ["openai:gpt-4o"]
    settings.AI_PERMITTED_MODELS, settings.AI_EMBEDDING_MODEL = [], ""

    assert notices.of_models(today=today) == [f"openai:gpt-4o {words}" for words in told]


def test_a_model_without_a_price_is_told(settings: Any) -> None:
    settings.AI_ECONOMY_MODELS = ["openai:llama-of-our-own", "local:smollm2-135m"]
    settings.AI_PREMIUM_MODELS, settings.AI_PERMITTED_MODELS, settings.AI_EMBEDDING_MODEL = [], [], ""

    (told,) = notices.of_models(today=DAY)

    assert told.startswith("No price is known for openai:llama-of-our-own")
