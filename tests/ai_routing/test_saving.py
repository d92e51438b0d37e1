"""Money beside its baseline, and the sums that are only told where all of it is known."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ai_routing import saving
from ai_routing.saving import Money


def money(cost: int | None, baseline: int | None) -> Money:
    return Money(
        cost_micro_usd=None if cost is None else Decimal(cost),
        baseline_micro_usd=None if baseline is None else Decimal(baseline),
    )


@pytest.mark.parametrize(
    ("cost", "baseline", "saved_usd", "percent"),
    [
        (100, 2_000, "0.0019", 95),
        (0, 2_000, "0.002", 100),
        (2_000, 2_000, "0", 0),
        # A single economy call that was escalated costs more than GPT-4o alone.
        (2_100, 2_000, "-0.0001", -5),
        (0, 0, "0", None),
        (None, 2_000, None, None),
        (100, None, None, None),
        (None, None, None, None),
    ],
)
def test_what_was_saved(cost: int | None, baseline: int | None, saved_usd: str | None, percent: int | None) -> None:
    found = money(cost, baseline)

    assert found.saved_usd == (None if saved_usd is None else Decimal(saved_usd))
    assert found.saved_percent == percent


def test_amounts_are_told_in_dollars() -> None:
    assert (money(182, 3_033).cost_usd, money(182, 3_033).baseline_usd) == (Decimal("0.000182"), Decimal("0.003033"))
    assert saving.usd(None) is None


@pytest.mark.parametrize(
    ("amounts", "whole"), [([], None), ([1, 2], 3), ([0], 0), ([1, None], None), ([None], None), ([None, 1], None)]
)
def test_a_sum_is_known_when_all_of_it_is(amounts: list[int | None], whole: int | None) -> None:
    found = saving.total(None if amount is None else Decimal(amount) for amount in amounts)

    assert found == whole
