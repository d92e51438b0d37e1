"""Promotions, as an invoice of Stripe's tells of them when they are expanded in it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from billing.provider import Discount

EXPANDED: Final = ["discounts.promotion_code", "discounts.source.coupon"]


def of(invoice: dict[str, Any]) -> tuple[Discount, ...]:
    """Return the promotions that take something off an invoice."""
    return tuple(_discount(one) for one in invoice["discounts"] if isinstance(one, dict))


def taken_off(amount: int, invoice: dict[str, Any], *, at: datetime) -> int:
    """Return what is left of an amount that is due at a time, by the promotions of an earlier invoice that last until then."""
    left = Decimal(amount)
    for one in of(invoice):
        if one.is_once or (one.ends_at is not None and one.ends_at <= at):
            continue
        off = left * one.percent / 100 if one.percent is not None else Decimal(one.amount or 0)
        left = max(Decimal(0), left - off.quantize(Decimal(1), ROUND_HALF_UP))
    return int(left)


def _discount(one: dict[str, Any]) -> Discount:
    coupon = one["source"]["coupon"]
    promotion = one.get("promotion_code")
    percent = coupon.get("percent_off")
    return Discount(
        code=promotion["code"] if isinstance(promotion, dict) else coupon.get("name") or "",
        percent=None if percent is None else Decimal(str(percent)),
        amount=coupon.get("amount_off"),
        ends_at=datetime.fromtimestamp(one["end"], UTC) if one.get("end") else None,
        is_once=coupon["duration"] == "once",
    )
