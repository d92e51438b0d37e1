"""Phases of a schedule: what a subscription is made of, and from when to when."""

from __future__ import annotations

from typing import Final

from devstack.stripe_server import intervals, subscribing
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

TAKEN: Final = {"discounts", "duration", "end_date", "items", "metadata", "proration_behavior", "start_date"}


def present(subscription: Object) -> Object:
    """Return the phase that a subscription is in when nothing was planned: its items, to the end of their period."""
    items = subscription["items"]["data"]
    return _phase(
        subscription,
        [{"price": item["price"]["id"], "quantity": item["quantity"]} for item in items],
        start=min(item["current_period_start"] for item in items),
        end=min(item["current_period_end"] for item in items),
        discounts=list(subscription["discounts"]),
    )


def planned(world: World, schedule: Object, subscription: Object, given: list[Parameters]) -> list[Object]:
    """Return the phases that take the place of a schedule's; those that are over stay. Raises Fault."""
    number = position(schedule)
    past, current = schedule["phases"][:number], schedule["phases"][number]
    over = {phase["start_date"] for phase in past}
    made: list[Object] = []
    start = current["start_date"]
    for index, one in enumerate(phase for phase in given if phase.get("start_date") not in over):
        param = f"phases[{index}]"
        if left_out := sorted(set(one) - TAKEN):
            raise refused(f"This simulator's phases do not take {', '.join(left_out)}.", f"{param}[{left_out[0]}]")
        if one.get("start_date", None if index == 0 else start) != start:
            told = "You can not modify the start date of the current phase."
            raise refused(told if index == 0 else "A phase must start when the one before it ends.", param)
        items = [_item(world, subscription, item) for item in one["items"]]
        if index == 0 and _worth(items) != _worth(current["items"]):
            raise refused("This simulator does not change what is on a schedule's current phase.", f"{param}[items]")
        end = _end(world, items, one, start, param)
        used = [_discount(world, each, param) for each in one.get("discounts") or ()]
        made.append(
            _phase(
                subscription, items, start=start, end=end, discounts=used, metadata=one.get("metadata"),
                proration_behavior=one.get("proration_behavior", "create_prorations"),
            )
        )  # fmt: skip
        start = end
    if not made:
        raise refused("The current phase must be among the phases.", "phases")
    return [*past, *made]


def position(schedule: Object) -> int:
    """Return the number of the current phase."""
    start = schedule["current_phase"]["start_date"]
    return next(number for number, phase in enumerate(schedule["phases"]) if phase["start_date"] == start)


def coming(world: World, subscription: Object) -> Object | None:
    """Return the phase that follows on the current one, if there is one."""
    schedule = world.objects["subscription_schedule"].get(subscription["schedule"] or "")
    if schedule is None:
        return None
    later: list[Object] = schedule["phases"][position(schedule) + 1 :]
    return later[0] if later else None


def enter(world: World, subscription: Object, phase: Object) -> None:
    """Make a subscription what a phase says that begins with a new period, before that is invoiced."""
    items = subscription["items"]["data"]
    for item, wanted in zip(items, phase["items"], strict=True):
        price = world.get("price", wanted["price"])
        rhythm = (price["recurring"]["interval"], price["recurring"]["interval_count"])
        if rhythm != (item["price"]["recurring"]["interval"], item["price"]["recurring"]["interval_count"]):
            # From here on periods are counted anew.
            subscription["billing_cycle_anchor"] = phase["start_date"]
        item.update(price=price, quantity=wanted["quantity"])
    keep_discounts(subscription, phase)


def keep_discounts(subscription: Object, phase: Object) -> None:
    """Leave a subscription those of its discounts that a phase has."""
    wanted = {one["discount"] for one in phase["discounts"]}
    subscription["discounts"] = [id for id in subscription["discounts"] if id in wanted]


def _item(world: World, subscription: Object, given: Parameters) -> Object:
    price = subscribing.price_of(world, given)
    if price["currency"] != subscription["currency"]:
        raise refused("The price specified has a different currency than the subscription.", "phases[items][price]")
    return {"price": price["id"], "quantity": given.get("quantity", 1)}


def _worth(items: list[Object]) -> list[tuple[str, int]]:
    return [(item["price"], item["quantity"]) for item in items]


def _end(world: World, items: list[Object], given: Parameters, start: int, param: str) -> int:
    if "duration" in given:
        return intervals.after(start, {"interval_count": 1, **given["duration"]})
    end = given.get("end_date")
    if not isinstance(end, int):
        raise refused("This simulator wants the end_date, or the duration, of each phase.", f"{param}[end_date]")
    if end <= start:
        raise refused("A phase must end after it starts.", f"{param}[end_date]")
    return end


def _discount(world: World, given: Parameters, param: str) -> str:
    if set(given) != {"discount"}:
        raise refused("This simulator's phases take discounts that are there already.", f"{param}[discounts]")
    return str(world.get("discount", given["discount"], f"{param}[discounts]")["id"])


def _phase(
    subscription: Object, items: list[Object], *, start: int, end: int, discounts: list[str], **fields: object
) -> Object:
    nothing = (
        "application_fee_percent", "billing_cycle_anchor", "billing_thresholds", "collection_method",
        "default_payment_method", "default_tax_rates", "description", "invoice_settings", "on_behalf_of",
        "transfer_data", "trial_end",
    )  # fmt: skip
    return {
        **dict.fromkeys(nothing),
        "add_invoice_items": [],
        "currency": subscription["currency"],
        "discounts": [{"coupon": None, "discount": id, "promotion_code": None} for id in discounts],
        "end_date": end,
        "items": [
            {"billing_thresholds": None, "discounts": [], "metadata": {}, "tax_rates": [], **item} for item in items
        ],
        "metadata": {},
        "proration_behavior": "create_prorations",
        "start_date": start,
        **{name: value for name, value in fields.items() if value is not None},
    }
