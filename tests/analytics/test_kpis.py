"""Every figure against answers that were worked out by hand."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analytics import kpis
from analytics.kpis import KPIS
from tests.test_documents import table

CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("net_revenue", (Decimal(1000), Decimal(180), Decimal(100)), Decimal(720)),
    ("arpu", (Decimal(1200), 48), Decimal(25)),
    ("arpu", (Decimal(1200), 0), None),
    ("arppu", (Decimal(1200), 3), Decimal(400)),
    ("arppu", (Decimal(0), 0), None),
    ("fan_churn", (40, 30), Decimal(25)),
    ("fan_churn", (40, 0), Decimal(100)),
    ("fan_churn", (0, 0), None),
    ("rebill_rate", (50, 41), Decimal(82)),
    ("rebill_rate", (0, 0), None),
    ("ltv", (Decimal(2000), Decimal(25)), Decimal(8000)),
    ("ltv", (Decimal(2000), Decimal(0)), Decimal(120_000)),
    ("ltv", (Decimal(2000), Decimal("0.5")), Decimal(120_000)),
    ("ltv", (None, Decimal(25)), None),
    ("ltv", (Decimal(2000), None), None),
    ("conversion", (30, 200), Decimal(15)),
    ("conversion", (3, 2), Decimal(150)),
    ("conversion", (3, 0), None),
    ("growth", (150, 100), Decimal(50)),
    ("growth", (50, 100), Decimal(-50)),
    ("growth", (50, -100), Decimal(150)),
    ("growth", (50, 0), None),
    ("average_earning", (Decimal(4500), 3), Decimal(1500)),
    ("average_earning", (Decimal(0), 0), None),
    ("refund_rate", (Decimal(50), Decimal(1000)), Decimal(5)),
    ("refund_rate", (Decimal(50), Decimal(0)), None),
    ("edited_rate", (2, 8), Decimal(25)),
    ("ai_saving", (Decimal(30), Decimal(120)), Decimal(75)),
    ("ai_saving", (Decimal(120), Decimal(30)), Decimal(-300)),
    ("ai_saving", (Decimal(0), Decimal(0)), None),
    ("best_time_score", (10, 840), Decimal(2)),
    ("best_time_score", (0, 0), None),
]


@pytest.mark.parametrize(("name", "given_", "answer"), CASES, ids=str)
def test_a_figure_is_what_its_definition_says(name: str, given_: tuple[Any, ...], answer: Any) -> None:
    assert getattr(kpis, name)(*given_) == answer


def test_every_figure_with_a_definition_has_its_function_and_its_cases() -> None:
    functions = {
        name for name, one in inspect.getmembers(kpis, inspect.isfunction) if one.__module__ == kpis.__name__
    } - {"ratio", "share", "best_hours"}

    # Gross revenue is a sum of the metric alone.
    assert functions == KPIS.keys() - {"gross_revenue"}
    assert {name for name, _given, _answer in CASES} == functions


def test_the_document_has_the_definitions_that_pages_show() -> None:
    rows = [tuple(row) for row in table("docs/analytics.md", "## Definitions")]

    assert rows == [(str(kpi.label), str(kpi.definition), str(kpi.fewest)) for kpi in kpis.ALL]


@pytest.mark.parametrize("key", KPIS)
def test_a_definition_is_a_sentence_in_every_language(key: str) -> None:
    kpi = KPIS[key]
    english = (str(kpi.label), str(kpi.definition))
    with translation.override("fr"):
        french = (str(kpi.label), str(kpi.definition))

    assert english[1] != french[1]
    assert all(words[1].endswith(".") for words in (english, french))


def test_too_little_is_not_told() -> None:
    assert not KPIS["fan_churn"].is_told(4)
    assert KPIS["fan_churn"].is_told(5)
    assert not KPIS["arppu"].is_told(0)


def test_the_best_hours_are_those_with_most_and_of_the_same_the_earlier() -> None:
    counts = [0] * 168
    counts[5], counts[100], counts[20], counts[7], counts[160] = 9, 9, 12, 2, 4

    assert kpis.best_hours(counts) == [20, 5, 100]
    assert kpis.best_hours([2] * 168) == []


@given(
    st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 1000), st.integers(0, 1000)
)
def test_money_is_never_a_float_and_a_share_of_a_part_is_at_most_a_hundred(
    gross: int, fees: int, refunded: int, before: int, stayed: int
) -> None:
    net = kpis.net_revenue(Decimal(gross), Decimal(fees), Decimal(refunded))
    churn = kpis.fan_churn(max(before, stayed), min(before, stayed))

    assert isinstance(net, Decimal)
    assert net + fees + refunded == gross
    assert churn is None or 0 <= churn <= 100
    worth = kpis.ltv(kpis.arppu(Decimal(gross), before), churn)
    assert worth is None or worth >= 0
