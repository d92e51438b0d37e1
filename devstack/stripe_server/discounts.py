"""What coupons and promotion codes take off."""

from __future__ import annotations

from typing import Any

from devstack.stripe_server import intervals
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.world import Object, World


def usable(world: World, given: Object, *, customer: str | None, param: str = "discounts") -> tuple[Object, str | None]:
    """Return the coupon, and the promotion code's id, that were given. Raises Fault when they cannot be used."""
    if promotion := given.get("promotion_code"):
        code = world.get("promotion_code", promotion, param)
        coupon = world.get("coupon", code["promotion"]["coupon"])
        for_another = code["customer"] and code["customer"] != customer
        spent = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
        if not code["active"] or for_another or spent or not coupon["valid"]:
            raise Fault("This promotion code cannot be redeemed.", code="promotion_code_invalid", param=param)
        if code["restrictions"]["first_time_transaction"] and any(
            one["status"] == "succeeded" for one in world.all("charge", customer=customer)
        ):
            raise Fault(
                "This promotion code cannot be redeemed because the associated customer has prior transactions.",
                code="customer_not_first_time",
                param=param,
            )
        return coupon, code["id"]
    coupon = world.get("coupon", given.get("coupon") or "", param)
    if not coupon["valid"]:
        raise refused(f"Coupon expired: {coupon['id']}", param, "coupon_expired")
    return coupon, None


def redeem(world: World, given: Any, *, customer: str, subscription: str) -> list[str]:
    """Make the discounts that were asked for, and return their ids. Raises Fault."""
    made = []
    for one in given or ():
        if existing := one.get("discount"):
            made.append(world.get("discount", existing, "discounts")["id"])
            continue
        coupon, code = usable(world, one, customer=customer)
        now = world.now(customer)
        end = None
        if coupon["duration"] == "repeating":
            end = intervals.after(now, {"interval": "month", "interval_count": coupon["duration_in_months"]})
        discount = world.add(
            "discount",
            {
                "customer": customer,
                "end": end,
                "promotion_code": code,
                "source": {"type": "coupon", "coupon": coupon["id"]},
                "start": now,
                "subscription": subscription,
            },
        )
        count(world, coupon, code)
        made.append(discount["id"])
        world.emit("customer.discount.created", discount)
    return made


def count(world: World, coupon: Object, code: str | None) -> None:
    """Count a use of a coupon, and of the promotion code that led to it."""
    coupon["times_redeemed"] += 1
    if coupon["max_redemptions"] is not None and coupon["times_redeemed"] >= coupon["max_redemptions"]:
        coupon["valid"] = False
    if code:
        promotion = world.get("promotion_code", code)
        promotion["times_redeemed"] += 1
        if promotion["max_redemptions"] is not None and promotion["times_redeemed"] >= promotion["max_redemptions"]:
            promotion["active"] = False


def running(world: World, subscription: Object, now: int) -> list[Object]:
    """Return the discounts that a subscription has at a time."""
    found = [world.objects["discount"][id] for id in subscription["discounts"] if id in world.objects["discount"]]
    return [one for one in found if one["end"] is None or one["end"] > now]


def apply(world: World, lines: list[Object], discounts: list[Object]) -> None:
    """Write into the lines what the discounts take off them; prorations have theirs in their amounts."""
    for discount in discounts:
        coupon = world.get("coupon", discount["source"]["coupon"])
        left = coupon["amount_off"]
        for line in lines:
            if not line["discountable"] or line["amount"] <= 0:
                continue
            taken = sum(one["amount"] for one in line["discount_amounts"])
            open_amount = line["amount"] - taken
            if coupon["percent_off"] is not None:
                off = min(open_amount, round(line["amount"] * coupon["percent_off"] / 100))
            else:
                off = min(open_amount, left)
                left -= off
            line["discounts"].append(discount["id"])
            line["discount_amounts"].append({"amount": off, "discount": discount["id"]})


def share_left(world: World, discounts: list[Object]) -> float:
    """Return which share of a price is left to pay after the discounts in percent."""
    share = 1.0
    for discount in discounts:
        coupon = world.get("coupon", discount["source"]["coupon"])
        share *= 1 - (coupon["percent_off"] or 0) / 100
    return share


def spend(world: World, subscription: Object, invoice: Object) -> None:
    """Take away the discounts that were for one invoice, now that there was one that they took from."""
    used = {one["discount"] for one in invoice["total_discount_amounts"] or () if one["amount"]}
    for id in list(subscription["discounts"]):
        coupon = world.get("coupon", world.get("discount", id)["source"]["coupon"])
        if id in used and coupon["duration"] == "once":
            subscription["discounts"].remove(id)
            world.emit("customer.discount.deleted", world.get("discount", id))
