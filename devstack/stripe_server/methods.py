"""Payment methods: test cards, kept by a customer."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from devstack.stripe_server import cards, listing
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

NOBODY: Final = {"address": None, "email": None, "name": None, "phone": None, "tax_id": None}


def make(world: World, name: str, *, details: Object | None = None, metadata: Object | None = None) -> Object:
    """Make a payment method of the test card of that name; it belongs to nobody yet."""
    card = cards.CARDS[name]
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    return world.add(
        "payment_method",
        {
            "type": "card",
            "allow_redisplay": "unspecified",
            "billing_details": NOBODY | (details or {}),
            "metadata": metadata,
            "card": {
                "brand": card.brand,
                "checks": checks,
                "country": card.country,
                "display_brand": card.brand,
                "exp_month": 12,
                "exp_year": 2034,
                "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
                "funding": card.funding,
                "generated_from": None,
                "last4": card.last4,
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "_card": name,
        },
    )


def resolve(world: World, id: str, param: str = "payment_method") -> Object:
    """Return a payment method by its id; a token such as `pm_card_visa` makes a new one. Raises Fault."""
    if name := cards.named(id):
        return make(world, name)
    return world.get("payment_method", id, param)


def card_of(method: Object) -> cards.Card:
    """Return the test card that a payment method is."""
    return cards.CARDS[method["_card"]]


def default_of(world: World, customer: str, subscription: Object | None = None) -> str | None:
    """Return the id of the payment method that an invoice is paid with by itself."""
    if subscription is not None and subscription["default_payment_method"]:
        return str(subscription["default_payment_method"])
    who = world.get("customer", customer)
    chosen: str | None = who["invoice_settings"]["default_payment_method"]
    return chosen


def keep(world: World, method: Object, customer: str) -> None:
    """Give a payment method to a customer. Raises Fault when another has it."""
    if method["customer"] == customer:
        return
    if method["customer"]:
        raise refused("The payment method you provided has already been attached to a customer.", "payment_method")
    method["customer"] = customer
    world.emit("payment_method.attached", method)


def create(world: World, parameters: Parameters) -> Object:
    if parameters.get("type", "card") != "card":
        raise refused("This simulator takes cards.", "type")
    given: dict[str, Any] = parameters.get("card", {})
    name = cards.named(given["token"]) if "token" in given else cards.numbered(given.get("number", ""))
    if name is None:
        raise Fault("Your card number is incorrect.", kind="card_error", code="incorrect_number", param="card[number]")
    return make(world, name, details=parameters.get("billing_details"), metadata=parameters.get("metadata"))


def attach(world: World, parameters: Parameters, id: str) -> Object:
    method = resolve(world, id)
    world.get("customer", parameters["customer"], "customer")
    card = card_of(method)
    if card.decline and card.at_once:
        raise declined(card.decline)
    keep(world, method, parameters["customer"])
    return method


def detach(world: World, parameters: Parameters, id: str) -> Object:
    method = world.get("payment_method", id)
    if not method["customer"]:
        raise refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    who = world.get("customer", method["customer"])
    world.change("payment_method.detached", method, {"customer": None})
    if who["invoice_settings"]["default_payment_method"] == id:
        settings = who["invoice_settings"] | {"default_payment_method": None}
        world.change("customer.updated", who, {"invoice_settings": settings})
    for subscription in world.all("subscription", default_payment_method=id):
        subscription["default_payment_method"] = None
    return method


def update(world: World, parameters: Parameters, id: str) -> Object:
    method = world.get("payment_method", id)
    fields: Object = {}
    if "metadata" in parameters:
        fields["metadata"] = merged(method["metadata"], parameters["metadata"])
    if "billing_details" in parameters:
        fields["billing_details"] = method["billing_details"] | parameters["billing_details"]
    if "card" in parameters:
        fields["card"] = method["card"] | {
            k: v for k, v in parameters["card"].items() if k in {"exp_month", "exp_year"}
        }
    world.change("payment_method.updated", method, fields)
    return method


def of_customer(world: World, parameters: Parameters, customer: str) -> Object:
    world.get("customer", customer, "customer")
    return listing.page(
        world.all("payment_method", customer=customer), parameters, f"/v1/customers/{customer}/payment_methods"
    )


def merged(before: Object | None, given: Any) -> Object:
    """Return metadata with what was given; an empty value takes a key away, and an empty whole takes all."""
    if not isinstance(given, dict):
        return {}
    return {key: value for key, value in ((before or {}) | given).items() if value != ""}


def declined(decline: str, **told: Any) -> Fault:
    """Return the fault for a card that was declined."""
    code = cards.code_of(decline)
    return Fault(cards.MESSAGES[decline], kind="card_error", code=code, decline_code=decline, doc_url=doc(code), **told)


def doc(code: str) -> str:
    return f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"


def missing_method(customer: str) -> Fault:
    """Return the fault for a customer who has nothing to pay with."""
    return Fault(
        "This customer has no attached payment source or default payment method. Please consider adding a default"
        " payment method.",
        code="resource_missing",
    )
