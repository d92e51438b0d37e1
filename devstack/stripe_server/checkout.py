"""Checkout sessions: made by the API, finished on their page."""

from __future__ import annotations

import secrets
from typing import Any, Final

from devstack.stripe_server import (
    catalogue,
    customers,
    discounts,
    intents,
    invoicing,
    methods,
    payment,
    subscribing,
)
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

DAY: Final = 86_400
COPIED: Final[tuple[str, ...]] = (
    "allow_promotion_codes", "cancel_url", "client_reference_id", "currency", "customer_email", "locale", "metadata",
    "success_url", "submit_type", "billing_address_collection",
)  # fmt: skip
TAKEN: Final = {
    *COPIED, "customer", "customer_update", "discounts", "expand", "expires_at", "line_items", "mode",
    "payment_method_collection", "payment_method_types", "setup_intent_data", "subscription_data", "payment_intent_data",
    "ui_mode", "automatic_tax", "tax_id_collection", "saved_payment_method_options", "consent_collection",
}  # fmt: skip


def create(world: World, parameters: Parameters) -> Object:
    """Make a session. Raises Fault."""
    if left_out := sorted(set(parameters) - TAKEN):
        raise refused(f"This simulator's Checkout does not take {', '.join(left_out)}.", left_out[0])
    mode = parameters.get("mode", "payment")
    if parameters.get("ui_mode", "hosted_page") != "hosted_page":
        raise refused("This simulator has hosted pages alone.", "ui_mode")
    if parameters.get("automatic_tax", {}).get("enabled") or parameters.get("tax_id_collection", {}).get("enabled"):
        raise refused("This simulator knows no taxes.", "automatic_tax")
    if not parameters.get("success_url"):
        raise refused("Missing required param: success_url.", "success_url", "parameter_missing")
    customer = parameters.get("customer")
    if customer:
        who = world.get("customer", customer, "customer")
        if who.get("deleted"):
            raise refused(f"No such customer: '{customer}'", "customer", "resource_missing")
        if "customer_email" in parameters:
            raise refused("You may only specify one of these parameters: customer, customer_email.", "customer_email")
    if parameters.get("allow_promotion_codes") and parameters.get("discounts"):
        raise refused("You may only specify one of these parameters: allow_promotion_codes, discounts.", "discounts")
    chosen = [(_price(world, one, mode), one.get("quantity", 1)) for one in parameters.get("line_items", ())]
    if bool(chosen) == (mode == "setup"):
        raise refused("You must provide line items, save in setup mode.", "line_items")
    id = f"cs_test_{secrets.token_hex(24)}"
    session = world.add("checkout.session", _fresh(world, parameters, mode, id), customer=customer)
    session["_given"] = {
        name: parameters.get(name, {}) for name in ("subscription_data", "payment_intent_data", "setup_intent_data")
    }
    session["_chosen"] = [(price["id"], quantity) for price, quantity in chosen]
    session["_discount"] = None
    if given := parameters.get("discounts"):
        coupon, code = discounts.usable(world, given[0], customer=customer)
        session["_discount"] = (coupon["id"], code)
    add_up(world, session)
    return session


def expire(world: World, parameters: Parameters, id: str) -> Object:
    session = world.get("checkout.session", id)
    if session["status"] != "open":
        raise refused('Only Checkout Sessions with a status in ["open"] can be expired.')
    session.update(status="expired", url=None)
    world.emit("checkout.session.expired", session)
    return session


def line_items(world: World, parameters: Parameters, id: str) -> Object:
    found: Object = world.get("checkout.session", id)["_line_items"]
    return found


def use_code(world: World, session: Object, code: str) -> None:
    """Take off what a promotion code gives. Raises Fault when it gives nothing here."""
    if not session["allow_promotion_codes"]:
        raise refused("This session takes no promotion codes.")
    promotion = catalogue.coded(world, code)
    coupon, id = discounts.usable(world, {"promotion_code": promotion["id"]}, customer=session["customer"])
    session["_discount"] = (coupon["id"], id)
    add_up(world, session)


def needs_card(session: Object) -> bool:
    """Say whether the page has to ask for a card."""
    return bool(
        session["mode"] == "setup"
        or session["payment_method_collection"] != "if_required"
        or session["amount_total"] > 0
    )


def complete(world: World, session: Object, *, card: str | None, email: str, proved: bool = False) -> str:
    """Pay with the test card of that name, or with none where none is needed; return "complete" or "challenge".

    Raises Fault when the card is declined; nothing has happened then but that it was tried.
    """
    if session["status"] != "open":
        raise refused("This session is not open any more.")
    if needs_card(session) and card is None:
        raise refused("Your card number is incomplete.")
    kept = world.snapshot()
    try:
        customer = session["customer"] or customers.create(world, {"email": email or session["customer_email"]})["id"]
        method = methods.make(world, card, details={"email": email or None}) if card else None
        if method is not None:
            if methods.card_of(method).challenge and not proved:
                world.restore(kept)
                world.get("checkout.session", session["id"])["_challenge"] = {"card": card, "email": email}
                return "challenge"
            if proved:
                method["_just_proved"] = method["_set_up"] = True
        finish = {"subscription": _subscribe, "payment": _pay, "setup": _set_up}[session["mode"]]
        finish(world, session, customer, method)
    except Fault:
        world.restore(kept)
        raise
    session.update(
        customer=customer,
        customer_details={
            "address": None, "business_name": None, "email": world.get("customer", customer)["email"],
            "individual_name": None, "name": None, "phone": None, "tax_exempt": "none", "tax_ids": [],
        },
        status="complete",
        url=None,
        _challenge=None,
    )  # fmt: skip
    world.emit("checkout.session.completed", session)
    return "complete"


def returned(session: Object) -> str:
    """Return the address that the browser goes to when it is done."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _subscribe(world: World, session: Object, customer: str, method: Object | None) -> None:
    given: dict[str, Any] = dict(session["_given"]["subscription_data"])
    wanted = {name: given[name] for name in given if name in _OF_SUBSCRIPTION}
    wanted |= {
        "customer": customer,
        "items": [{"price": price, "quantity": quantity} for price, quantity in session["_chosen"]],
        "payment_behavior": "default_incomplete",
    }
    if method is not None:
        methods.keep(world, method, customer)
        wanted["default_payment_method"] = method["id"]
    if session["_discount"]:
        coupon, code = session["_discount"]
        wanted["discounts"] = [{"promotion_code": code} if code else {"coupon": coupon}]
    subscription = subscribing.create(world, wanted)
    invoice = world.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open" and method is not None:
        _charge(world, invoice, method)
    session.update(subscription=subscription["id"], invoice=invoice["id"])
    session["payment_status"] = "paid" if invoice["amount_due"] else "no_payment_required"


def _charge(world: World, invoice: Object, method: Object) -> None:
    intent = invoicing.pay(world, invoice, method["id"], off_session=False)
    if intent is not None and intent["status"] != "succeeded":
        raise methods.declined(intent["last_payment_error"]["decline_code"])


def _pay(world: World, session: Object, customer: str, method: Object | None) -> None:
    given = session["_given"]["payment_intent_data"]
    intent = payment.make(
        world, amount=session["amount_total"], currency=session["currency"], customer=customer,
        metadata=given.get("metadata"), description=given.get("description"),
        setup_future_usage=given.get("setup_future_usage"),
    )  # fmt: skip
    session.update(payment_intent=intent["id"], payment_status="paid")
    if method is not None:
        intents.try_it(world, intent, method, off_session=False)


def _set_up(world: World, session: Object, customer: str, method: Object | None) -> None:
    intent = intents.make_setup(world, customer, metadata=session["_given"]["setup_intent_data"].get("metadata"))
    session["setup_intent"] = intent["id"]
    if method is not None:
        intent["payment_method"] = method["id"]
        intents.finish_setup(world, intent)
        if error := intent["last_setup_error"]:
            raise methods.declined(error["decline_code"])


def add_up(world: World, session: Object) -> None:
    """Write the items and the sums into a session: what is to be paid today."""
    trial = session["_given"]["subscription_data"]
    free = bool(trial.get("trial_period_days") or trial.get("trial_end"))
    coupon = world.get("coupon", session["_discount"][0]) if session["_discount"] else None
    left = coupon["amount_off"] if coupon else 0
    items = []
    for id, quantity in session["_chosen"]:
        price = world.get("price", id)
        subtotal = 0 if free else price["unit_amount"] * quantity
        off = 0
        if coupon:
            off = round(subtotal * coupon["percent_off"] / 100) if coupon["percent_off"] else min(subtotal, left)
            left = (left or 0) - off
        items.append(_item(world, price, quantity, subtotal, off))
    session["_line_items"] = {
        "object": "list", "data": items, "has_more": False, "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }  # fmt: skip
    if not items:
        return
    off = sum(one["amount_discount"] for one in items)
    subtotal = sum(one["amount_subtotal"] for one in items)
    session.update(
        amount_subtotal=subtotal,
        amount_total=subtotal - off,
        currency=items[0]["currency"],
        discounts=[{"coupon": coupon["id"], "promotion_code": session["_discount"][1]}] if coupon else [],
        total_details={"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
    )


def _item(world: World, price: Object, quantity: int, subtotal: int, off: int) -> Object:
    return {
        "id": f"li_{secrets.token_hex(12)}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": off,
        "amount_subtotal": subtotal,
        "amount_tax": 0,
        "amount_total": subtotal - off,
        "currency": price["currency"],
        "description": world.get("product", price["product"])["name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def _price(world: World, given: Parameters, mode: str) -> Object:
    price = subscribing.price_of(world, given)
    if mode == "payment" and price["recurring"]:
        raise refused("You specified `payment` mode but passed a recurring price.", "line_items")
    return price


_OF_SUBSCRIPTION: Final = (
    "trial_period_days", "trial_end", "trial_settings", "metadata", "description", "billing_cycle_anchor",
)  # fmt: skip


def _fresh(world: World, parameters: Parameters, mode: str, id: str) -> Object:
    given = {name: parameters[name] for name in COPIED if name in parameters}
    expires = parameters.get("expires_at") or world.now() + DAY
    if not world.now() + 1_700 <= expires <= world.now() + DAY + 60:
        raise refused("The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", "expires_at")
    return {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": world.now(),
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": parameters.get("customer"),
        "customer_creation": None if parameters.get("customer") else "always",
        "payment_method_collection": parameters.get("payment_method_collection", "always"),
        "expires_at": expires,
        "id": id,
        "mode": mode,
        "payment_method_options": {},
        "payment_method_types": parameters.get("payment_method_types", ["card"]),
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "ui_mode": "hosted_page",
        "url": f"{world.settings.get('url', '')}/c/pay/{id}",
        "amount_total": None,
        **given,
    }
