"""Payment intents from the first try to the last: charged, declined, or waiting for the card's holder."""

from __future__ import annotations

import secrets
from typing import Any, Final

from devstack.stripe_server import cards, methods
from devstack.stripe_server.world import Object, World

OPEN: Final = {"requires_payment_method", "requires_confirmation", "requires_action"}


def make(world: World, *, amount: int, currency: str, customer: str | None, **fields: Any) -> Object:
    """Make a payment intent that nothing was tried with yet."""
    id = f"pi_{secrets.token_hex(12)}"
    intent = world.add(
        "payment_intent",
        {
            "id": id,
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "capture_method": "automatic",
            "client_secret": f"{id}_secret_{secrets.token_hex(12)}",
            "confirmation_method": "automatic",
            "currency": currency,
            "customer": customer,
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
            "_invoice": None,
            **fields,
        },
        customer=customer,
    )
    intent["payment_method_options"] = {
        "card": {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
    }
    world.emit("payment_intent.created", intent)
    return intent


def attempt(world: World, intent: Object, method: Object, *, off_session: bool, authenticated: bool = False) -> None:
    """Try to take the money. How it went, the intent's status says: `succeeded`, `requires_action`, or to try again."""
    card = methods.card_of(method)
    intent["payment_method"] = method["id"]
    authenticated = bool(method.pop("_just_proved", False)) or authenticated
    asks = card.challenge == "always" or (card.challenge == "once" and not method.get("_set_up"))
    if asks and not authenticated:
        # An invoice waits for its customer, who may be asked by mail; a payment of one's own is refused there and then.
        if off_session and not intent["_invoice"]:
            _decline(world, intent, method, "authentication_required")
            return
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        if intent.get("_return_url"):
            page = {
                "return_url": intent["_return_url"],
                "url": f"{world.settings.get('url', '')}/challenge/{intent['id']}",
            }
            action = {"type": "redirect_to_url", "redirect_to_url": page}
        intent.update(status="requires_action", next_action=action, last_payment_error=None)
        world.emit("payment_intent.requires_action", intent)
        return
    if card.decline:
        _decline(world, intent, method, card.decline)
        return
    charge = _charge(world, intent, method, status="succeeded")
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        next_action=None,
        last_payment_error=None,
    )
    if card.challenge == "once" and authenticated:
        method["_set_up"] = True
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.succeeded", intent)


def fail_challenge(world: World, intent: Object) -> None:
    """The holder did not prove who they are."""
    code = "payment_intent_authentication_failure"
    method = world.get("payment_method", intent["payment_method"])
    error = {
        "code": code,
        "doc_url": methods.doc(code),
        "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new"
        " PaymentMethod to attempt to fulfill this PaymentIntent again.",
        "payment_method": method,
        "type": "invalid_request_error",
    }
    intent.update(status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error)
    world.emit("payment_intent.payment_failed", intent)


def cancel(world: World, intent: Object, reason: str | None) -> None:
    """Give an intent up. Raises nothing: whoever asks has looked at its status."""
    now = world.now(intent["customer"])
    intent.update(status="canceled", canceled_at=now, cancellation_reason=reason, next_action=None)
    world.emit("payment_intent.canceled", intent)


def _decline(world: World, intent: Object, method: Object, decline: str) -> None:
    charge = _charge(world, intent, method, status="failed", decline=decline)
    code = cards.code_of(decline)
    error = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline,
        "doc_url": methods.doc(code),
        "message": cards.MESSAGES[decline],
        "payment_method": method,
        "type": "card_error",
    }
    intent.update(
        status="requires_payment_method",
        payment_method=None,
        latest_charge=charge["id"],
        next_action=None,
        last_payment_error=error,
    )
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)


def _charge(world: World, intent: Object, method: Object, *, status: str, decline: str = "") -> Object:
    ok = status == "succeeded"
    card = method["card"]
    outcome = {
        "advice_code": None if ok else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None if ok else "01",
        "network_status": "approved_by_network" if ok else "declined_by_network",
        "reason": None if ok else decline,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete." if ok else "The bank did not return any further details.",
        "type": "authorized" if ok else "issuer_declined",
    }
    details = {
        name: card.get(name)
        for name in ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    } | {
        "checks": card["checks"],
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "three_d_secure": None,
    }
    return world.add(
        "charge",
        {
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if ok else 0,
            "amount_refunded": 0,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "HUNTAZE",
            "captured": ok,
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_code": None if ok else cards.code_of(decline),
            "failure_message": None if ok else cards.MESSAGES[decline],
            "fraud_details": {},
            "metadata": dict(intent["metadata"]),
            "outcome": outcome,
            "paid": ok,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {"type": "card", "card": details},
            "refunded": False,
            "status": status,
        },
        customer=intent["customer"],
    )
