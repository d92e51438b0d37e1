"""The operations on payment intents and setup intents."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from devstack.stripe_server import invoicing, methods, payment
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

# --- Payment intents ---


def create_payment(world: World, parameters: Parameters) -> Object:
    if parameters.get("amount", 0) < 50:
        raise refused("Amount must be at least 50 cents", "amount", "amount_too_small")
    customer = parameters.get("customer")
    if customer:
        world.get("customer", customer, "customer")
    intent = payment.make(
        world,
        amount=parameters["amount"],
        currency=parameters["currency"].lower(),
        customer=customer,
        description=parameters.get("description"),
        metadata=parameters.get("metadata"),
        receipt_email=parameters.get("receipt_email"),
        setup_future_usage=parameters.get("setup_future_usage"),
    )
    if method := parameters.get("payment_method"):
        intent["payment_method"] = methods.resolve(world, method)["id"]
        intent["status"] = "requires_confirmation"
    return _confirm(world, intent, parameters) if parameters.get("confirm") else intent


def update_payment(world: World, parameters: Parameters, id: str) -> Object:
    intent = world.get("payment_intent", id)
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    for name in ("amount", "currency", "description", "receipt_email", "setup_future_usage"):
        if name in parameters:
            intent[name] = parameters[name] or None
    if "metadata" in parameters:
        intent["metadata"] = methods.merged(intent["metadata"], parameters["metadata"])
    if method := parameters.get("payment_method"):
        intent.update(payment_method=methods.resolve(world, method)["id"], status="requires_confirmation")
    return intent


def confirm_payment(world: World, parameters: Parameters, id: str) -> Object:
    return _confirm(world, world.get("payment_intent", id), parameters)


def cancel_payment(world: World, parameters: Parameters, id: str) -> Object:
    intent = world.get("payment_intent", id)
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    payment.cancel(world, intent, parameters.get("cancellation_reason"))
    return intent


def _confirm(world: World, intent: Object, parameters: Parameters) -> Object:
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    chosen = parameters.get("payment_method") or intent["payment_method"]
    if not chosen:
        raise refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.", None, "parameter_missing"
        )
    method = methods.resolve(world, chosen)
    intent["_return_url"] = parameters.get("return_url")
    try_it(world, intent, method, off_session=parameters.get("off_session") in {True, "true", "one_off", "recurring"})
    return intent


def try_it(world: World, intent: Object, method: Object, *, off_session: bool) -> None:
    """Try to take the money, and let an invoice know. Raises Fault when the card was declined."""
    payment.attempt(world, intent, method, off_session=off_session)
    keep_if_wanted(world, intent)
    invoicing.settle(world, intent)
    if intent["status"] == "requires_payment_method":
        error = intent["last_payment_error"]
        raise methods.declined(
            error["decline_code"], payment_intent=_told(world, intent), payment_method=_told(world, method)
        )


def keep_if_wanted(world: World, intent: Object) -> None:
    """Give the card to the customer where it was said that it will be used again."""
    if intent["status"] == "succeeded" and intent["setup_future_usage"] and intent["customer"]:
        methods.keep(world, world.get("payment_method", intent["payment_method"]), intent["customer"])


def _told(world: World, found: Object) -> Object:
    return {name: value for name, value in found.items() if not name.startswith("_")}


def _unexpected(intent: Object) -> Fault:
    kind = intent["object"]
    return Fault(
        f"This {kind} cannot be changed, because its status is {intent['status']}.",
        code=f"{kind}_unexpected_state",
        status=HTTPStatus.BAD_REQUEST,
    )


# --- Setup intents ---


def create_setup(world: World, parameters: Parameters) -> Object:
    customer = parameters.get("customer")
    if customer:
        world.get("customer", customer, "customer")
    intent = make_setup(
        world, customer, usage=parameters.get("usage", "off_session"), metadata=parameters.get("metadata")
    )
    if method := parameters.get("payment_method"):
        intent.update(payment_method=methods.resolve(world, method)["id"], status="requires_confirmation")
    return confirm_with(world, intent, parameters) if parameters.get("confirm") else intent


def make_setup(world: World, customer: str | None, *, usage: str = "off_session", metadata: Any = None) -> Object:
    """Make a setup intent that nothing was tried with yet."""
    id = f"seti_{secrets.token_hex(12)}"
    card = {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
    intent = world.add(
        "setup_intent",
        {
            "id": id,
            "client_secret": f"{id}_secret_{secrets.token_hex(12)}",
            "customer": customer,
            "metadata": metadata,
            "payment_method_options": {"card": card},
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
            "usage": usage,
        },
        customer=customer,
    )
    world.emit("setup_intent.created", intent)
    return intent


def update_setup(world: World, parameters: Parameters, id: str) -> Object:
    intent = world.get("setup_intent", id)
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    if "metadata" in parameters:
        intent["metadata"] = methods.merged(intent["metadata"], parameters["metadata"])
    if method := parameters.get("payment_method"):
        intent.update(payment_method=methods.resolve(world, method)["id"], status="requires_confirmation")
    return intent


def confirm_setup(world: World, parameters: Parameters, id: str) -> Object:
    return confirm_with(world, world.get("setup_intent", id), parameters)


def confirm_with(world: World, intent: Object, parameters: Parameters) -> Object:
    """Try to save a card. Raises Fault when it was declined."""
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    chosen = parameters.get("payment_method") or intent["payment_method"]
    if not chosen:
        raise refused("You cannot confirm this SetupIntent because it's missing a payment method.")
    method = methods.resolve(world, chosen)
    intent["payment_method"] = method["id"]
    if methods.card_of(method).challenge:
        action: Object = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        if back := parameters.get("return_url"):
            page = {"return_url": back, "url": f"{world.settings.get('url', '')}/challenge/{intent['id']}"}
            action = {"type": "redirect_to_url", "redirect_to_url": page}
        intent.update(status="requires_action", next_action=action, _return_url=parameters.get("return_url"))
        world.emit("setup_intent.requires_action", intent)
        return intent
    finish_setup(world, intent)
    if error := intent["last_setup_error"]:
        raise methods.declined(error["decline_code"], setup_intent=_told(world, intent))
    return intent


def finish_setup(world: World, intent: Object) -> None:
    """Save the card, now that its holder need not be asked, or was; or note that the bank said no."""
    method = world.get("payment_method", intent["payment_method"])
    card = methods.card_of(method)
    if card.decline and card.at_once:
        fault = methods.declined(card.decline)
        intent.update(status="requires_payment_method", payment_method=None, next_action=None)
        intent["last_setup_error"] = fault.body["error"]
        world.emit("setup_intent.setup_failed", intent)
        return
    method["_set_up"] = True
    if intent["customer"]:
        methods.keep(world, method, intent["customer"])
    intent.update(status="succeeded", next_action=None, last_setup_error=None)
    world.emit("setup_intent.succeeded", intent)


def cancel_setup(world: World, parameters: Parameters, id: str) -> Object:
    intent = world.get("setup_intent", id)
    if intent["status"] not in payment.OPEN:
        raise _unexpected(intent)
    intent.update(status="canceled", cancellation_reason=parameters.get("cancellation_reason"), next_action=None)
    world.emit("setup_intent.canceled", intent)
    return intent


# --- Both ---


def answer_challenge(world: World, id: str, *, passed: bool) -> Object:
    """Go on after the card's holder was asked who they are. Raises Fault when nobody is being asked."""
    kind = "payment_intent" if id.startswith("pi_") else "setup_intent"
    intent = world.get(kind, id)
    if intent["status"] != "requires_action":
        raise _unexpected(intent)
    if kind == "setup_intent":
        if passed:
            finish_setup(world, intent)
        else:
            intent.update(status="requires_payment_method", payment_method=None, next_action=None)
            world.emit("setup_intent.setup_failed", intent)
        return intent
    if passed:
        method = world.get("payment_method", intent["payment_method"])
        payment.attempt(world, intent, method, off_session=False, authenticated=True)
        keep_if_wanted(world, intent)
    else:
        payment.fail_challenge(world, intent)
    invoicing.settle(world, intent)
    return intent
