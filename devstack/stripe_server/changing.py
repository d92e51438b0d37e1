"""Changes of a running subscription: its plan with proration, its end, its pauses; and what a change would cost."""

from __future__ import annotations

import copy
from typing import Any, Final

from devstack.stripe_server import discounts, intervals, invoicing, lines, methods, phases, standing, subscribing
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World, new_id, shown

HOURS_23: Final = 23 * 3_600


def update(world: World, parameters: Parameters, id: str) -> Object:
    """Change a subscription. Raises Fault, and has changed nothing then."""
    subscription = world.get("subscription", id)
    if subscription["status"] in {"canceled", "incomplete_expired"}:
        only_words = set(parameters) <= {"metadata", "cancellation_details", "expand"}
        if not only_words:
            raise refused("A canceled subscription can only update its cancellation_details and metadata.")
    if subscription["schedule"] and set(parameters) & {"billing_cycle_anchor", "cancel_at", "items", "trial_end"}:
        raise refused("This simulator does not change what is on a schedule. Release the schedule first.")
    if subscription["schedule"] and "cancel_at_period_end" in parameters:
        raise refused(
            f"The subscription is managed by the subscription schedule `{subscription['schedule']}`, and updating any"
            " cancelation behavior directly is not allowed. Please update the schedule instead."
        )
    kept = world.snapshot()
    try:
        apply(world, subscription, parameters)
    except Fault:
        world.restore(kept)
        raise
    return subscription


def apply(world: World, subscription: Object, parameters: Parameters) -> None:
    """Do what an update asks for. Raises Fault, and may have done a part of it then."""
    before = {name: copy.deepcopy(value) for name, value in subscription.items() if not name.startswith("_")}
    subscribing.settings(world, subscription, parameters)
    now = world.now(subscription["customer"])
    if "metadata" in parameters:
        subscription["metadata"] = methods.merged(subscription["metadata"], parameters["metadata"])
    if "cancellation_details" in parameters:
        told = {name: value or None for name, value in parameters["cancellation_details"].items()}
        subscription["cancellation_details"] = subscription["cancellation_details"] | told
    if "discounts" in parameters:
        subscription["discounts"] = discounts.redeem(
            world, parameters["discounts"], customer=subscription["customer"], subscription=subscription["id"]
        )
    if "pause_collection" in parameters:
        pause = parameters["pause_collection"]
        subscription["pause_collection"] = {"resumes_at": None} | pause if isinstance(pause, dict) else None
    _plan_the_end(subscription, parameters, now)
    invoice = None
    if "items" in parameters or parameters.get("trial_end") or parameters.get("billing_cycle_anchor") == "now":
        invoice = _change_items(world, subscription, parameters, now)
    previous = {
        name: value
        for name, value in before.items()
        if subscription.get(name) != value and name not in {"latest_invoice"}
    }
    if previous:
        world.emit("customer.subscription.updated", subscription, previous)
    if invoice is not None:
        _collect(world, subscription, invoice, parameters, before)


def _plan_the_end(subscription: Object, parameters: Parameters, now: int) -> None:
    if parameters.get("cancel_at_period_end"):
        end = min(item["current_period_end"] for item in subscription["items"]["data"])
        details = subscription["cancellation_details"] | {"reason": "cancellation_requested"}
        subscription.update(cancel_at=end, canceled_at=now, cancellation_details=details)
    elif parameters.get("cancel_at_period_end") is False:
        details = subscription["cancellation_details"] | {"reason": None}
        subscription.update(cancel_at=None, canceled_at=None, cancellation_details=details)
    elif "cancel_at" in parameters:
        subscription["canceled_at"] = now if subscription["cancel_at"] else None


def _change_items(world: World, subscription: Object, parameters: Parameters, now: int) -> Object | None:
    """Bring the items in line; return the invoice that has to be paid for it at once, if there is one."""
    date = parameters.get("proration_date", now)
    old = [dict(item) for item in subscription["items"]["data"]]
    if any(not item["current_period_start"] <= date <= item["current_period_end"] for item in old):
        raise refused("The `proration_date` must be within the current period.", "proration_date")
    _place(world, subscription, parameters)
    items = subscription["items"]["data"]
    if not items:
        raise refused("A subscription must have at least one active plan.", "items")
    if subscription["status"] == "trialing":
        return _within_trial(world, subscription, parameters, now)
    behaviour = parameters.get("proration_behavior", "create_prorations")
    # Another interval, or the first price above 0, begins a period of its own.
    restarts = (
        parameters.get("billing_cycle_anchor") == "now"
        or _rhythm(old) != _rhythm(items)
        or (sum(map(lines.amount_of, old)) == 0 < sum(map(lines.amount_of, items)))
    )
    charged = {"active", "past_due"}
    if behaviour != "none" and subscription["status"] in charged:
        _prorate(world, subscription, old, date, restarts=restarts)
    if restarts:
        subscribing.begin_period(world, subscription, now)
    if not restarts and not (behaviour == "always_invoice" and subscription["status"] in charged):
        return None
    found = [lines.of_item(world, subscription, item) for item in items] if restarts else []
    customer = subscription["customer"]
    if not found and not lines.pending_of(world, customer, subscription):
        return None
    return invoicing.draft(world, subscription, found, customer=customer, reason="subscription_update")


def _place(world: World, subscription: Object, parameters: Parameters) -> None:
    items = subscription["items"]["data"]
    for given in parameters.get("items", ()):
        item = next((one for one in items if one["id"] == given.get("id")), None)
        if given.get("id") and item is None:
            raise refused(f"No such subscription_item: '{given['id']}'", "items[0][id]", "resource_missing")
        if given.get("deleted") and item is not None:
            items.remove(item)
            world.remove("subscription_item", item["id"])
            continue
        price = subscribing.price_of(world, given) if "price" in given or item is None else item["price"]
        if price["currency"] != subscription["currency"]:
            raise refused("The price specified has a different currency than the subscription.", "items[0][price]")
        if item is None:
            first = items[0] if items else None
            now = world.now(subscription["customer"])
            period = (
                (first["current_period_start"], first["current_period_end"])
                if first
                else (now, intervals.after(now, price["recurring"]))
            )
            items.append(subscribing.add_item(world, subscription, price, given.get("quantity", 1), period))
        else:
            item.update(price=price, quantity=given.get("quantity", item["quantity"]))


def _within_trial(world: World, subscription: Object, parameters: Parameters, now: int) -> Object | None:
    end = parameters.get("trial_end")
    if end == "now":
        subscription.update(status="active", trial_end=now)
        subscribing.begin_period(world, subscription, now)
        found = [lines.of_item(world, subscription, item) for item in subscription["items"]["data"]]
        return invoicing.draft(
            world, subscription, found, customer=subscription["customer"], reason="subscription_update"
        )
    if end:
        subscription.update(trial_end=int(end), billing_cycle_anchor=int(end))
        for item in subscription["items"]["data"]:
            item["current_period_end"] = int(end)
    return None


def _prorate(world: World, subscription: Object, old: list[Object], date: int, *, restarts: bool) -> None:
    """Give back what is left of the old items, and charge what is left of the new ones, until the next period."""
    now_items = {item["id"]: item for item in subscription["items"]["data"]}
    for item in old:
        after = now_items.get(item["id"])
        if restarts or after is None or lines.amount_of(after) != lines.amount_of(item):
            subscribing.credit(world, subscription, item, date)
    if restarts:
        return
    before = {item["id"]: item for item in old}
    for item in now_items.values():
        previous = before.get(item["id"])
        if previous is not None and lines.amount_of(previous) == lines.amount_of(item):
            continue
        amount = round(subscribing.net(world, subscription, item, date) * subscribing.share(item, date))
        if amount:
            period = {"start": date, "end": item["current_period_end"]}
            text = lines.remaining(world, item, date)
            lines.pend(world, subscription, item, amount=amount, price=item["price"], text=text, period=period)


def _collect(world: World, subscription: Object, invoice: Object, parameters: Parameters, before: Object) -> None:
    invoicing.finalize(world, invoice)
    if invoice["status"] != "open":
        return
    if parameters.get("payment_behavior") != "pending_if_incomplete":
        subscribing.collect(world, subscription, invoice, parameters)
        if invoice["status"] == "open" and subscription["status"] == "active":
            world.change("customer.subscription.updated", subscription, {"status": "past_due"})
        return
    invoice["_of_pending"] = True
    items = subscription["items"]["data"]
    wanted = {"items": {**subscription["items"], "data": copy.deepcopy(items)}}
    anchor = subscription["billing_cycle_anchor"]
    subscription["_pending"] = {"invoice": invoice["id"], "fields": {}}
    invoicing.pay(world, invoice, off_session=bool(parameters.get("off_session")))
    if invoice["status"] == "paid":
        subscription["_pending"] = None
        return
    expires = world.now(subscription["customer"]) + HOURS_23
    told = shown(wanted["items"]["data"])
    # Until it is paid, everything is as it was.
    _put_items(world, subscription, before["items"]["data"])
    subscription["billing_cycle_anchor"] = before["billing_cycle_anchor"]
    subscription["_pending"] = {
        "invoice": invoice["id"],
        "fields": {"items": wanted["items"], "billing_cycle_anchor": anchor},
    }
    pending = {"expires_at": expires, "subscription_items": told, "billing_cycle_anchor": anchor}
    nothing = {"discount": None, "discounts": None, "metadata": None, "trial_end": None, "trial_from_plan": None}
    subscription["pending_update"] = nothing | pending
    world.emit("customer.subscription.updated", subscription, {"pending_update": None})


def _put_items(world: World, subscription: Object, items: list[Object]) -> None:
    subscription["items"]["data"] = copy.deepcopy(items)
    for item in subscription["items"]["data"]:
        world.objects["subscription_item"][item["id"]] = item


def drop_pending(world: World, subscription: Object) -> None:
    """Give up a change that was not paid in time."""
    invoice = world.get("invoice", subscription["_pending"]["invoice"])
    if invoice["status"] == "open":
        invoicing.void(world, invoice)
    else:
        standing.voided(world, invoice)


def preview(world: World, parameters: Parameters) -> Object:
    """Return the invoice that a change, or the next period, would bring. Nothing is changed. Raises Fault."""
    details: dict[str, Any] = dict(parameters.get("subscription_details", {}))
    with world.imagined():
        if "subscription" in parameters or "schedule" in parameters:
            subscription = _previewed(world, parameters)
            if subscription["status"] in {"canceled", "incomplete_expired"}:
                raise refused("No upcoming invoices for customer", code="invoice_upcoming_none")
            known = set(world.objects["invoice"])
            change = {k: v for k, v in details.items() if k not in {"start_date", "billing_mode"}}
            if parameters.get("discounts"):
                change["discounts"] = parameters["discounts"]
            if change:
                apply(world, subscription, change | {"payment_behavior": "default_incomplete"})
            made = [one for id, one in world.objects["invoice"].items() if id not in known]
            invoice = made[0] if made else _next(world, subscription)
        else:
            new = {name: value for name, value in details.items() if name in {"items", "trial_end"}}
            wanted = new | {"customer": parameters.get("customer"), "payment_behavior": "default_incomplete"}
            if parameters.get("discounts"):
                wanted["discounts"] = parameters["discounts"]
            subscription = subscribing.create(world, wanted)
            invoice = world.get("invoice", subscription["latest_invoice"])
        told = shown(copy.deepcopy(invoice))
    return _as_preview(told)


def _previewed(world: World, parameters: Parameters) -> Object:
    if "schedule" not in parameters:
        return world.get("subscription", parameters["subscription"], "subscription")
    schedule = world.get("subscription_schedule", parameters["schedule"], "schedule")
    if {"subscription", "subscription_details"} & set(parameters) or not schedule["subscription"]:
        raise refused("You cannot preview that of a schedule here.", "schedule")
    return world.get("subscription", schedule["subscription"], "schedule")


def _next(world: World, subscription: Object) -> Object:
    if subscription["cancel_at_period_end"] or subscription["status"] not in {"active", "trialing", "past_due"}:
        raise refused("No upcoming invoices for customer", code="invoice_upcoming_none")
    end = min(item["current_period_end"] for item in subscription["items"]["data"])
    phase = phases.coming(world, subscription)
    if phase is not None and phase["start_date"] == end:
        phases.enter(world, subscription, phase)
    for item in subscription["items"]["data"]:
        item["current_period_start"] = end
        item["current_period_end"] = intervals.after(end, item["price"]["recurring"])
    found = [lines.of_item(world, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoicing.draft(
        world, subscription, found, customer=subscription["customer"], reason="upcoming", created=end, period_end=end
    )
    invoice["next_payment_attempt"] = end + invoicing.HOUR
    return invoice


def _as_preview(told: Object) -> Object:
    id = new_id("invoice").replace("in_", "upcoming_in_")
    nothing = ("number", "hosted_invoice_url", "invoice_pdf", "ending_balance", "effective_at")
    told.update(dict.fromkeys(nothing), id=id, status="draft", attempted=False, attempt_count=0)
    told["lines"]["url"] = "/v1/invoices/upcoming/lines"
    for line in told["lines"]["data"]:
        line["invoice"] = id
    if told["amount_paid"]:
        told.update(amount_paid=0, amount_remaining=told["amount_due"])
    return told


def _rhythm(items: list[Object]) -> set[tuple[str, int]]:
    return {(item["price"]["recurring"]["interval"], item["price"]["recurring"]["interval_count"]) for item in items}
