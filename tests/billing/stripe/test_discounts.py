"""What promotions leave of an amount that is due later."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from billing import stripe_discounts

LATER = datetime(2027, 1, 1, tzinfo=UTC)
AFTER, BEFORE = int(LATER.timestamp()) + 1, int(LATER.timestamp()) - 1


def discount(end: int | None = None, **coupon: Any) -> dict[str, Any]:
    told = {"percent_off": None, "amount_off": None, "duration": "forever", "name": "Spring", **coupon}
    return {"end": end, "promotion_code": {"code": "SPRING"}, "source": {"coupon": told}}


@pytest.mark.parametrize(
    ("discounts", "left"),
    [
        ([], 2900),
        ([discount(percent_off=25)], 2175),
        ([discount(percent_off=33.3)], 1934),
        ([discount(amount_off=500)], 2400),
        ([discount(amount_off=5000)], 0),
        ([discount(percent_off=50), discount(amount_off=500)], 950),
        ([discount(percent_off=50, duration="once")], 2900),
        ([discount(AFTER, percent_off=50, duration="repeating")], 1450),
        ([discount(BEFORE, percent_off=50, duration="repeating")], 2900),
    ],
)
def test_what_lasts_until_then_takes_off(discounts: list[dict[str, Any]], left: int) -> None:
    assert stripe_discounts.taken_off(2900, {"discounts": discounts}, at=LATER) == left


def test_a_promotion_is_called_what_was_typed_in_or_else_by_its_name() -> None:
    typed, given = discount(percent_off=12.5), {**discount(amount_off=100), "promotion_code": None}
    first, second = stripe_discounts.of({"discounts": [typed, given, "di_not_expanded"]})

    assert (first.code, first.percent, first.amount) == ("SPRING", Decimal("12.5"), None)
    assert (second.code, second.percent, second.amount) == ("Spring", None, 100)
