"""What a subscription of Stripe's comes to in a year, in whole minor units: its prices, less the discounts that last."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

TIMES_A_YEAR: Final = {"month": 12, "year": 1}


def yearly(one: dict[str, Any]) -> int | None:
    """Return what a year comes to; None where that was not told: a price by tiers, a discount that was not spelled out.

    A discount counts while it takes something off the current period, unless it is for one invoice only: that is no price
    that anybody goes on paying. Each invoice is rounded as Stripe does, to the nearest, before it is taken so many times.
    """
    items = one["items"]["data"]
    recurring = items[0]["price"]["recurring"]
    times = TIMES_A_YEAR.get(recurring["interval"])
    amounts = [amount(item) for item in items]
    discounts = [terms(given) for given in one.get("discounts") or ()]
    if times is None or None in amounts or None in discounts:
        return None
    each = sum(found for found in amounts if found is not None)
    for found in discounts:
        if found is not None and lasts(found, since=items[0]["current_period_start"]):
            each -= min(each, taken_off(found["coupon"], each, one["currency"]))
    return int((Decimal(each * times) / recurring["interval_count"]).to_integral_value(ROUND_HALF_UP))


def amount(item: dict[str, Any]) -> int | None:
    """Return what an item of a subscription comes to on each invoice."""
    each = item["price"].get("unit_amount")
    return None if each is None else int(each) * int(item.get("quantity", 1))


def terms(discount: Any) -> dict[str, Any] | None:
    """Return the end and the coupon of a discount; None where Stripe sent no more than its id."""
    coupon = (discount.get("source") or {}).get("coupon") if isinstance(discount, dict) else None
    return {"end": discount.get("end"), "coupon": coupon} if isinstance(coupon, dict) else None


def lasts(discount: dict[str, Any], *, since: int) -> bool:
    is_over = discount["end"] is not None and discount["end"] <= since
    return discount["coupon"]["duration"] != "once" and not is_over


def taken_off(coupon: dict[str, Any], each: int, currency: str) -> int:
    """Return what a coupon takes off an amount."""
    if coupon.get("percent_off") is not None:
        share = Decimal(str(coupon["percent_off"])) / 100
        return int((each * share).to_integral_value(ROUND_HALF_UP))
    if coupon.get("currency") == currency:
        return int(coupon["amount_off"])
    other = (coupon.get("currency_options") or {}).get(currency) or {}
    return int(other.get("amount_off") or 0)
