"""Schedules of subscriptions: made from one that runs, planned, carried out, let go."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from devstack.stripe_server import changing, methods, phases, standing, subscribing
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World, shown


def create(world: World, parameters: Parameters) -> Object:
    """Put a subscription under a schedule, which at first says what is so anyway. Raises Fault."""
    if "from_subscription" not in parameters:
        raise refused("This simulator schedules subscriptions that run already.", "from_subscription")
    if set(parameters) - {"from_subscription", "expand"}:
        raise refused(
            "You cannot set other parameters if `from_subscription` is set. Update the schedule afterwards.",
            "from_subscription",
        )
    subscription = world.get("subscription", parameters["from_subscription"], "from_subscription")
    if subscription["status"] not in {"active", "past_due", "unpaid"}:
        raise refused(
            f"You cannot migrate a subscription that is `{subscription['status']}` here.", "from_subscription"
        )
    if subscription["schedule"] or subscription["pending_update"]:
        told = f"a schedule: `{subscription['schedule']}`" if subscription["schedule"] else "a pending update"
        raise refused(f"You cannot migrate a subscription that already has {told}.", "from_subscription")
    phase = phases.present(subscription)
    schedule = world.add(
        "subscription_schedule",
        {
            "billing_mode": subscription["billing_mode"],
            "current_phase": {"start_date": phase["start_date"], "end_date": phase["end_date"]},
            "customer": subscription["customer"],
            "default_settings": _defaults(subscription),
            "end_behavior": "cancel" if subscription["cancel_at_period_end"] else "release",
            "phases": [phase],
            "status": "active",
            "subscription": subscription["id"],
            "test_clock": subscription["test_clock"],
        },
        customer=subscription["customer"],
    )
    world.emit("subscription_schedule.created", schedule)
    world.change("customer.subscription.updated", subscription, {"schedule": schedule["id"]})
    return schedule


def update(world: World, parameters: Parameters, id: str) -> Object:
    """Plan other phases. Raises Fault."""
    schedule = _running(world, id, "update")
    taken = {"default_settings", "end_behavior", "expand", "metadata", "phases", "proration_behavior"}
    settings = parameters.get("default_settings", {})
    if left_out := sorted((set(parameters) - taken) | (set(settings) - {"default_payment_method"})):
        raise refused(f"This simulator does not change {', '.join(left_out)} of schedules.", left_out[0])
    subscription = world.get("subscription", schedule["subscription"])
    fields: Object = {}
    if "phases" in parameters:
        fields["phases"] = phases.planned(world, schedule, subscription, parameters["phases"])
        current = fields["phases"][phases.position(schedule)]
        fields["current_phase"] = {"start_date": current["start_date"], "end_date": current["end_date"]}
    if settings:
        method = methods.resolve(world, settings["default_payment_method"], "default_settings[default_payment_method]")
        fields["default_settings"] = schedule["default_settings"] | {"default_payment_method": method["id"]}
    if "end_behavior" in parameters:
        fields["end_behavior"] = parameters["end_behavior"]
    if "metadata" in parameters:
        fields["metadata"] = methods.merged(schedule["metadata"], parameters["metadata"])
    world.change("subscription_schedule.updated", schedule, fields)
    if "phases" in parameters:
        before = list(subscription["discounts"])
        phases.keep_discounts(subscription, schedule["phases"][phases.position(schedule)])
        if subscription["discounts"] != before:
            world.emit("customer.subscription.updated", subscription, {"discounts": before})
    return schedule


def release(world: World, parameters: Parameters, id: str) -> Object:
    """Let a subscription go on as it is, without its schedule. Raises Fault."""
    schedule = _running(world, id, "release")
    _release(world, schedule)
    return schedule


def cancel(world: World, parameters: Parameters, id: str) -> Object:
    """End a schedule and its subscription now. Raises Fault."""
    schedule = _running(world, id, "cancel")
    given: Parameters = {name: parameters[name] for name in ("invoice_now", "prorate") if name in parameters}
    subscribing.cancel(world, given, schedule["subscription"])
    return schedule


def due(world: World, subscription: Object) -> Iterator[tuple[int, Callable[[], None]]]:
    """Yield when the current phase ends, and what is to be done then."""
    schedule = world.objects["subscription_schedule"].get(subscription["schedule"] or "")
    if schedule is not None:
        yield int(schedule["current_phase"]["end_date"]), lambda: _turn(world, schedule, subscription)


def _turn(world: World, schedule: Object, subscription: Object) -> None:
    """Go on to the next phase; behind the last one, end the subscription, or let go of it."""
    phase = phases.coming(world, subscription)
    if phase is None:
        if schedule["end_behavior"] != "cancel":
            _release(world, schedule)
            return
        schedule.update(status="completed", completed_at=world.now(subscription["customer"]), current_phase=None)
        subscription["schedule"] = None
        standing.end(world, subscription, reason="cancellation_requested")
        world.emit("subscription_schedule.completed", schedule)
        return
    coming = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    if method := schedule["default_settings"]["default_payment_method"]:
        # A schedule says all of a subscription anew, also what has been changed there meanwhile.
        subscription["default_payment_method"] = method
    ends = min(item["current_period_end"] for item in subscription["items"]["data"])
    if phase["start_date"] >= ends:
        previous = shown(copy.deepcopy({name: subscription[name] for name in ("items", "discounts")}))
        phases.enter(world, subscription, phase)
        world.emit("customer.subscription.updated", subscription, previous)
    else:
        items = [
            {"id": item["id"], "price": wanted["price"], "quantity": wanted["quantity"]}
            for item, wanted in zip(subscription["items"]["data"], phase["items"], strict=True)
        ]
        changing.apply(world, subscription, {"items": items, "proration_behavior": phase["proration_behavior"]})
        phases.keep_discounts(subscription, phase)
    world.change("subscription_schedule.updated", schedule, {"current_phase": coming})


def _release(world: World, schedule: Object) -> None:
    subscription = world.get("subscription", schedule["subscription"])
    world.change(
        "subscription_schedule.released",
        schedule,
        {
            "current_phase": None,
            "released_at": world.now(schedule["customer"]),
            "released_subscription": subscription["id"],
            "status": "released",
            "subscription": None,
        },
    )
    world.change("customer.subscription.updated", subscription, {"schedule": None})


def _running(world: World, id: str, what: str) -> Object:
    schedule = world.get("subscription_schedule", id)
    if schedule["status"] not in {"active", "not_started"}:
        raise refused(
            f"You cannot {what} a subscription schedule that is currently in the `{schedule['status']}` status. It must be"
            " in one of the following statuses: not_started, active."
        )
    return schedule


def _defaults(subscription: Object) -> Object:
    nothing = ("application_fee_percent", "billing_thresholds", "description", "on_behalf_of", "transfer_data")
    return {
        **dict.fromkeys(nothing),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"],
        "invoice_settings": {"account_tax_ids": None, "days_until_due": None, "issuer": {"type": "self"}},
    }
