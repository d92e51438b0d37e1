"""What a subscription comes to in a year: whole minor units, and None where that was not told."""

from __future__ import annotations

from typing import Any, Final

import pytest

from billing import stripe_worth

BEGAN: Final = 1_700_000_000


def item(amount: int | None, interval: str = "month", each: int = 1, quantity: int = 1) -> dict[str, Any]:
    recurring = {"interval": interval, "interval_count": each}
    price = {"unit_amount": amount, "recurring": recurring}
    return {"price": price, "quantity": quantity, "current_period_start": BEGAN}


def coupon(duration: str = "forever", **terms: Any) -> dict[str, Any]:
    return {"duration": duration, "percent_off": None, "amount_off": None, "currency": None, **terms}


def discount(coupon: Any, end: int | None = None) -> dict[str, Any]:
    return {"id": "di_1", "end": end, "source": {"type": "coupon", "coupon": coupon}}


TABLE: Final = [
    ("by the month", [item(2900)], [], 34800),
    ("by the year", [item(28800, "year")], [], 28800),
    ("each quarter", [item(9000, each=3)], [], 36000),
    ("every second year", [item(5001, "year", each=2)], [], 2501),
    ("two seats and an extra", [item(2900, quantity=2), item(100)], [], 70800),
    ("free", [item(0)], [], 0),
    ("a tenth off for good", [item(2900)], [discount(coupon(percent_off=10))], 31320),
    ("a share that has to be rounded, on each invoice", [item(999)], [discount(coupon(percent_off=33.3))], 666 * 12),
    ("half up, as Stripe does", [item(5)], [discount(coupon(percent_off=50))], 2 * 12),
    ("an amount off", [item(2900)], [discount(coupon(amount_off=500, currency="eur"))], 28800),
    ("more off than it costs", [item(300)], [discount(coupon(amount_off=500, currency="eur"))], 0),
    ("an amount of another currency", [item(2900)], [discount(coupon(amount_off=500, currency="usd"))], 34800),
    (
        "an amount in several currencies",
        [item(2900)],
        [discount(coupon(amount_off=500, currency="usd", currency_options={"eur": {"amount_off": 400}}))],
        30000,
    ),
    ("for the first invoice only", [item(2900)], [discount(coupon("once", percent_off=50))], 34800),
    ("for some months, and they run", [item(2900)], [discount(coupon("repeating", percent_off=50), BEGAN + 1)], 17400),
    ("for some months, and they are over", [item(2900)], [discount(coupon("repeating", percent_off=50), BEGAN)], 34800),
    (
        "one after the other",
        [item(2000)],
        [discount(coupon(percent_off=50)), discount(coupon(amount_off=250, currency="eur"))],
        9000,
    ),
    ("a price by tiers", [item(None)], [], None),
    ("by the week", [item(500, "week")], [], None),
    ("a discount of which only the id came", [item(2900)], ["di_1"], None),
    ("a discount whose coupon did not come", [item(2900)], [discount("coupon_1")], None),
]


@pytest.mark.parametrize(("items", "discounts", "yearly"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_year_comes_to(items: list[Any], discounts: list[Any], yearly: int | None) -> None:
    one = {"items": {"data": items}, "discounts": discounts, "currency": "eur"}

    found = stripe_worth.yearly(one)

    assert found == yearly
    assert found is None or type(found) is int
