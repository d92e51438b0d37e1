"""Subscriptions: made, tried, paused, resumed, ended."""

from __future__ import annotations

from typing import Any, Final

from devstack.stripe_server import discounts, intervals, invoicing, lines, methods, standing
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

DAY: Final = 86_400
COPIED: Final = ("collection_method", "days_until_due", "description", "default_payment_method", "cancel_at_period_end")
BEHAVIOURS: Final = {"allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"}


def create(world: World, parameters: Parameters) -> Object:
    """Make a subscription, with its first invoice. Raises Fault."""
    who = world.get("customer", parameters.get("customer", ""), "customer")
    if who.get("deleted"):
        raise refused(f"No such customer: '{who['id']}'", "customer", "resource_missing")
    kept = world.snapshot()
    try:
        return _create(world, parameters, who)
    except Fault:
        # Nothing of a subscription that was refused remains, of its invoice neither.
        world.restore(kept)
        raise


def _create(world: World, parameters: Parameters, who: Object) -> Object:
    now = world.now(who["id"])
    trial_end = _trial_end(parameters, now)
    chosen = [
        (price_of(world, one), one.get("quantity", 1), one.get("metadata")) for one in parameters.get("items", ())
    ]
    if not chosen:
        raise refused("Missing required param: items.", "items", "parameter_missing")
    first = chosen[0][0]
    if any(price["currency"] != first["currency"] for price, _, _ in chosen):
        raise refused("All prices on a subscription must have the same `currency`.", "items")
    if any(price["recurring"] is None for price, _, _ in chosen):
        raise refused(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            "items[0][price]",
        )
    if who["currency"] not in {None, first["currency"]}:
        raise refused(
            "You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or invoice"
            f" item with currency {who['currency']}"
        )
    who["currency"] = first["currency"]
    anchor = trial_end or parameters.get("billing_cycle_anchor") or now
    subscription = world.add(
        "subscription",
        _fresh(first["currency"], who, now)
        | {
            "billing_cycle_anchor": anchor,
            "default_payment_method": None,
            "metadata": parameters.get("metadata") or {},
            "status": "trialing" if trial_end else "incomplete",
            "trial_end": trial_end,
            "trial_start": now if trial_end else None,
        },
        customer=who["id"],
    )
    settings(world, subscription, parameters)
    end = trial_end or intervals.next_end(anchor, first["recurring"], now)
    data = [
        add_item(world, subscription, price, quantity, (now, end), metadata) for price, quantity, metadata in chosen
    ]
    subscription["items"] = {
        "object": "list", "data": data, "has_more": False, "url": f"/v1/subscription_items?subscription={subscription['id']}",
    }  # fmt: skip
    subscription["discounts"] = discounts.redeem(
        world, parameters.get("discounts"), customer=who["id"], subscription=subscription["id"]
    )
    world.emit("customer.subscription.created", subscription)
    _first_invoice(world, subscription, parameters)
    return subscription


def _first_invoice(world: World, subscription: Object, parameters: Parameters) -> None:
    trial = subscription["status"] == "trialing"
    found = [lines.of_item(world, subscription, item, trial=trial) for item in subscription["items"]["data"]]
    invoice = invoicing.draft(
        world, subscription, found, customer=subscription["customer"], reason="subscription_create"
    )
    invoicing.finalize(world, invoice)
    collect(world, subscription, invoice, parameters)
    if subscription["status"] == "incomplete" and invoice["status"] == "paid":
        world.change("customer.subscription.updated", subscription, {"status": "active"})


def collect(world: World, subscription: Object, invoice: Object, parameters: Parameters) -> None:
    """Take the money for an invoice that was just made, as `payment_behavior` says. Raises Fault."""
    behaviour = parameters.get("payment_behavior", "allow_incomplete")
    if invoice["status"] != "open":
        return
    if subscription["collection_method"] == "send_invoice":
        invoice["due_date"] = world.now(subscription["customer"]) + (subscription["days_until_due"] or 30) * DAY
        world.change("customer.subscription.updated", subscription, {"status": "active"})
        return
    if behaviour == "default_incomplete":
        return
    if (
        methods.default_of(world, subscription["customer"], subscription) is None
        and behaviour != "pending_if_incomplete"
    ):
        raise methods.missing_method(subscription["customer"])
    intent = invoicing.pay(world, invoice, off_session=bool(parameters.get("off_session")))
    if behaviour == "error_if_incomplete" and intent is not None and intent["status"] != "succeeded":
        error = intent["last_payment_error"] or {
            "message": "Payment for this subscription requires additional user action before it can be completed successfully.",
            "code": "subscription_payment_intent_requires_action",
        }
        told = {name: error[name] for name in ("code", "decline_code") if error.get(name)}
        raise Fault(error["message"], kind="card_error", **told)


def settings(world: World, subscription: Object, parameters: Parameters) -> Object:
    """Write down what stands in the parameters of a new or changed subscription; return what was given. Raises Fault."""
    given: Object = {name: parameters[name] for name in COPIED if name in parameters}
    if "default_payment_method" in given:
        method = methods.resolve(world, given["default_payment_method"], "default_payment_method")
        if method["customer"] != subscription["customer"]:
            raise refused(
                "The customer does not have a payment method with the ID"
                f" {method['id']}. The payment method must be attached to the customer.",
                "default_payment_method",
            )
        given["default_payment_method"] = method["id"]
    if "payment_settings" in parameters:
        given["payment_settings"] = (subscription["payment_settings"] or {}) | parameters["payment_settings"]
    if "trial_settings" in parameters:
        given["trial_settings"] = parameters["trial_settings"]
    if "cancel_at" in parameters:
        moment = parameters["cancel_at"]
        ends = [item["current_period_end"] for item in subscription.get("items", {}).get("data", ())]
        named = {"max_period_end": max(ends, default=None), "min_period_end": min(ends, default=None), "": None}
        given["cancel_at"] = named.get(moment, moment) if isinstance(moment, str) else moment
    subscription.update(given)
    return given


def price_of(world: World, item: Parameters) -> Object:
    """Return the price that an item names. Raises Fault."""
    if "price_data" in item:
        raise refused("This simulator takes prices by their ids.", "items[0][price_data]")
    price = world.get("price", item.get("price", ""), "items[0][price]")
    if not price["active"]:
        raise refused("The price specified is inactive. This field only accepts active prices.", "items[0][price]")
    return price


def add_item(
    world: World, subscription: Object, price: Object, quantity: int, period: tuple[int, int], metadata: Any = None
) -> Object:
    """Make an item of a subscription, for a period that has begun."""
    return world.add(
        "subscription_item",
        {
            "current_period_end": period[1],
            "current_period_start": period[0],
            "discounts": [],
            "metadata": metadata or {},
            "price": price,
            "quantity": quantity,
            "subscription": subscription["id"],
            "tax_rates": [],
        },
        customer=subscription["customer"],
    )


def cancel(world: World, parameters: Parameters, id: str) -> Object:
    """End a subscription now. Raises Fault."""
    subscription = world.get("subscription", id)
    if subscription["status"] in {"canceled", "incomplete_expired"}:
        raise refused(f"No such subscription: '{id}'", "id", "resource_missing")
    if parameters.get("prorate") and subscription["status"] == "active":
        now = world.now(subscription["customer"])
        for item in subscription["items"]["data"]:
            credit(world, subscription, item, now)
        if parameters.get("invoice_now"):
            invoice = invoicing.draft(
                world, subscription, [], customer=subscription["customer"], reason="subscription_update"
            )
            invoicing.finalize(world, invoice)
    details = parameters.get("cancellation_details", {})
    standing.end(
        world, subscription, reason="cancellation_requested", **{name: value or None for name, value in details.items()}
    )
    return subscription


def credit(world: World, subscription: Object, item: Object, now: int) -> int:
    """Give back what is left of the period of an item, with the next invoice; return the amount, below 0."""
    amount = -round(net(world, subscription, item, now) * share(item, now))
    if amount:
        period = {"start": now, "end": item["current_period_end"]}
        text = lines.unused(world, item, now)
        lines.pend(world, subscription, item, amount=amount, price=item["price"], text=text, period=period)
    return amount


def net(world: World, subscription: Object, item: Object, now: int) -> float:
    """Return what an interval of an item costs after discounts in percent."""
    return lines.amount_of(item) * discounts.share_left(world, discounts.running(world, subscription, now))


def share(item: Object, now: int) -> float:
    """Return which share of the period of an item is still to come."""
    length = item["current_period_end"] - item["current_period_start"]
    return max(0.0, min(1.0, (item["current_period_end"] - now) / length)) if length else 0.0


def resume(world: World, parameters: Parameters, id: str) -> Object:
    """Begin a paused subscription anew, from now on. Raises Fault."""
    subscription = world.get("subscription", id)
    if subscription["status"] != "paused":
        raise refused("Only paused subscriptions may be resumed.")
    begin_period(world, subscription, world.now(subscription["customer"]))
    found = [lines.of_item(world, subscription, item) for item in subscription["items"]["data"]]
    invoice = invoicing.draft(
        world, subscription, found, customer=subscription["customer"], reason="subscription_update"
    )
    subscription["_resuming"] = invoice["id"]
    invoicing.finalize(world, invoice)
    if invoice["status"] == "open":
        invoicing.pay(world, invoice, off_session=True)
    if subscription["status"] == "active":
        world.emit("customer.subscription.resumed", subscription)
    return subscription


def begin_period(world: World, subscription: Object, now: int) -> None:
    """Let a new period begin now, from which the following ones are counted."""
    subscription["billing_cycle_anchor"] = now
    for item in subscription["items"]["data"]:
        item["current_period_start"] = now
        item["current_period_end"] = intervals.after(now, item["price"]["recurring"])


def _trial_end(parameters: Parameters, now: int) -> int | None:
    if days := parameters.get("trial_period_days"):
        return now + int(days) * DAY
    end = parameters.get("trial_end")
    if end in {None, "now"}:
        return None
    if int(end) <= now:
        raise refused("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end")
    return int(end)


def _fresh(currency: str, who: Object, now: int) -> Object:
    return {
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}, "updated_at": now},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": currency,
        "customer": who["id"],
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": now,
        "test_clock": who["test_clock"],
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }
