"""Customers."""

from __future__ import annotations

import secrets
from typing import Final

from devstack.stripe_server import methods, standing
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

_LOOKS: Final = ("preferred_locales", "shipping", "tax_exempt")
PLAIN: Final[tuple[str, ...]] = ("address", "description", "email", "name", "phone", *_LOOKS)


def create(world: World, parameters: Parameters) -> Object:
    if clock := parameters.get("test_clock"):
        world.get("test_helpers.test_clock", clock, "test_clock")
    given = {name: parameters[name] or None for name in PLAIN if name in parameters}
    _refuse_rest(parameters)
    customer = world.add(
        "customer",
        {
            "balance": parameters.get("balance", 0),
            "delinquent": False,
            "invoice_prefix": secrets.token_hex(4).upper(),
            "invoice_settings": {
                "custom_fields": None,
                "default_payment_method": None,
                "footer": None,
                "rendering_options": None,
            },
            "metadata": parameters.get("metadata"),
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
            **given,
            "test_clock": clock,
        },
    )
    if clock:
        customer["created"] = world.now(customer["id"])
    _settle(world, customer, parameters)
    world.emit("customer.created", customer)
    return customer


def update(world: World, parameters: Parameters, id: str) -> Object:
    customer = world.get("customer", id)
    if customer.get("deleted"):
        raise refused(f"No such customer: '{id}'", "id", "resource_missing")
    _refuse_rest(parameters)
    fields: Object = {name: parameters[name] or None for name in PLAIN if name in parameters}
    if "balance" in parameters:
        fields["balance"] = parameters["balance"]
    if "metadata" in parameters:
        fields["metadata"] = methods.merged(customer["metadata"], parameters["metadata"])
    if "default_payment_method" in parameters.get("invoice_settings", {}):
        fields["invoice_settings"] = customer["invoice_settings"] | {
            "default_payment_method": _default(world, customer, parameters)
        }
    world.change("customer.updated", customer, fields)
    return customer


def retrieve(world: World, parameters: Parameters, id: str) -> Object:
    customer = world.get("customer", id)
    return {"id": id, "object": "customer", "deleted": True} if customer.get("deleted") else customer


def delete(world: World, parameters: Parameters, id: str) -> Object:
    customer = world.get("customer", id)
    if customer.get("deleted"):
        raise refused(f"No such customer: '{id}'", "id", "resource_missing")
    for subscription in world.all("subscription", customer=id):
        if subscription["status"] in standing.LIVING:
            standing.end(world, subscription, reason="cancellation_requested")
    for method in world.all("payment_method", customer=id):
        method["customer"] = None
    world.emit("customer.deleted", customer)
    customer["deleted"] = True
    return {"id": id, "object": "customer", "deleted": True}


def _settle(world: World, customer: Object, parameters: Parameters) -> None:
    if method := parameters.get("payment_method"):
        methods.attach(world, {"customer": customer["id"]}, method)
    if "default_payment_method" in parameters.get("invoice_settings", {}):
        customer["invoice_settings"]["default_payment_method"] = _default(world, customer, parameters)


def _default(world: World, customer: Object, parameters: Parameters) -> str | None:
    id = parameters["invoice_settings"]["default_payment_method"]
    if not id:
        return None
    method = methods.resolve(world, id, "invoice_settings[default_payment_method]")
    if method["customer"] != customer["id"]:
        raise refused(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to the"
            " customer.",
            "invoice_settings[default_payment_method]",
        )
    return str(method["id"])


def _refuse_rest(parameters: Parameters) -> None:
    known = {*PLAIN, "balance", "expand", "invoice_settings", "metadata", "payment_method", "test_clock"}
    if left_out := sorted(set(parameters) - known):
        raise refused(f"This simulator does not keep {', '.join(left_out)} of customers.", left_out[0])
