"""Products, prices, coupons and promotion codes."""

from __future__ import annotations

import secrets
from typing import Any

from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.methods import merged
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World, new_id

# --- Products ---


def create_product(world: World, parameters: Parameters) -> Object:
    id = parameters.get("id") or new_id("product")
    if id in world.objects["product"]:
        raise refused(f"Product already exists: {id}", "id", "resource_already_exists")
    given = {name: value for name, value in parameters.items() if name not in {"expand", "id", "default_price_data"}}
    product = world.add(
        "product",
        {
            "active": True,
            "images": [],
            "marketing_features": [],
            "metadata": {},
            "updated": world.now(),
            **given,
            "id": id,
        },
    )
    if data := parameters.get("default_price_data"):
        product["default_price"] = create_price(world, data | {"product": id})["id"]
    world.emit("product.created", product)
    return product


def update_product(world: World, parameters: Parameters, id: str) -> Object:
    return _update(world, "product", id, parameters, extra={"updated": world.now()})


def delete_product(world: World, parameters: Parameters, id: str) -> Object:
    product = world.get("product", id)
    if any(world.all("price", product=id)):
        raise refused("This product cannot be deleted because it has one or more user-created prices.")
    world.remove("product", id)
    world.emit("product.deleted", product)
    return {"id": id, "object": "product", "deleted": True}


def features(world: World, parameters: Parameters, product: str) -> Object:
    world.get("product", product, "product")
    return {"object": "list", "data": [], "has_more": False, "url": f"/v1/products/{product}/features"}


# --- Prices ---


def create_price(world: World, parameters: Parameters) -> Object:
    if parameters.get("billing_scheme") == "tiered" or "product_data" in parameters or "tiers" in parameters:
        raise refused("This simulator takes prices per unit, of products that are there.")
    product = world.get("product", parameters.get("product", ""), "product")
    amount = parameters.get("unit_amount")
    if amount is None:
        raise refused("Prices require an `unit_amount` parameter to be set.", "unit_amount", "parameter_missing")
    lookup_key = parameters.get("lookup_key")
    _claim_key(world, lookup_key, parameters.get("transfer_lookup_key", False), None)
    recurring = parameters.get("recurring")
    told = {"interval_count": 1, "meter": None, "usage_type": "licensed"} | recurring if recurring else None
    options = {
        currency: {
            "custom_unit_amount": None,
            "tax_behavior": one.get("tax_behavior", "unspecified"),
            "unit_amount": one.get("unit_amount"),
            "unit_amount_decimal": str(one.get("unit_amount")),
        }
        for currency, one in parameters.get("currency_options", {}).items()
    }
    price = world.add(
        "price",
        {
            "active": parameters.get("active", True),
            "billing_scheme": "per_unit",
            "currency": parameters["currency"].lower(),
            "lookup_key": lookup_key,
            "metadata": parameters.get("metadata"),
            "nickname": parameters.get("nickname"),
            "product": product["id"],
            "recurring": told,
            "tax_behavior": parameters.get("tax_behavior", "unspecified"),
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
            "_currency_options": options,
        },
    )
    world.emit("price.created", price)
    return price


def update_price(world: World, parameters: Parameters, id: str) -> Object:
    if "lookup_key" in parameters:
        _claim_key(world, parameters["lookup_key"], parameters.get("transfer_lookup_key", False), id)
    given = {name: value for name, value in parameters.items() if name not in {"transfer_lookup_key"}}
    return _update(world, "price", id, given)


def _claim_key(world: World, key: str | None, transfer: bool, id: str | None) -> None:
    holder = next((one for one in world.all("price", lookup_key=key) if one["id"] != id), None) if key else None
    if holder is None:
        return
    if not transfer:
        raise refused(
            f"A price (`{holder['id']}`) already uses that lookup key. Consider using `transfer_lookup_key`.",
            "lookup_key",
        )
    world.change("price.updated", holder, {"lookup_key": None})


# --- Coupons and promotion codes ---


def create_coupon(world: World, parameters: Parameters) -> Object:
    id = parameters.get("id") or new_id("coupon")
    if id in world.objects["coupon"]:
        raise refused("Coupon already exists.", "id", "resource_already_exists")
    if ("percent_off" in parameters) == ("amount_off" in parameters):
        raise refused("You must pass one, and only one, of percent_off or amount_off.")
    if "amount_off" in parameters and "currency" not in parameters:
        raise refused("You must pass currency when passing amount_off.", "currency")
    duration = parameters.get("duration", "once")
    if (duration == "repeating") != ("duration_in_months" in parameters):
        raise refused("duration_in_months goes with a repeating coupon, and with no other.", "duration_in_months")
    given = {
        name: value for name, value in parameters.items() if name not in {"expand", "currency_options", "applies_to"}
    }
    coupon = world.add("coupon", {"times_redeemed": 0, "valid": True, "duration": "once", **given, "id": id})
    world.emit("coupon.created", coupon)
    return coupon


def update_coupon(world: World, parameters: Parameters, id: str) -> Object:
    return _update(world, "coupon", id, parameters)


def delete_coupon(world: World, parameters: Parameters, id: str) -> Object:
    coupon = world.get("coupon", id)
    # Those who have it keep it.
    coupon["valid"] = False
    world.emit("coupon.deleted", coupon)
    return {"id": id, "object": "coupon", "deleted": True}


def create_promotion_code(world: World, parameters: Parameters) -> Object:
    coupon = world.get("coupon", parameters["promotion"].get("coupon", ""), "promotion[coupon]")
    code = parameters.get("code") or secrets.token_hex(4).upper()
    if any(one["code"].lower() == code.lower() and one["active"] for one in world.all("promotion_code")):
        raise refused("An active promotion code with `code: " + code + "` already exists.", "code")
    if parameters.get("customer"):
        world.get("customer", parameters["customer"], "customer")
    restrictions = {"first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None}
    promotion = world.add(
        "promotion_code",
        {
            "active": parameters.get("active", True),
            "code": code,
            "customer": parameters.get("customer"),
            "expires_at": parameters.get("expires_at"),
            "max_redemptions": parameters.get("max_redemptions"),
            "metadata": parameters.get("metadata"),
            "promotion": {"coupon": coupon["id"], "type": "coupon"},
            "restrictions": restrictions | parameters.get("restrictions", {}),
            "times_redeemed": 0,
        },
    )
    world.emit("promotion_code.created", promotion)
    return promotion


def update_promotion_code(world: World, parameters: Parameters, id: str) -> Object:
    return _update(world, "promotion_code", id, parameters)


def coded(world: World, code: str) -> Object:
    """Return the active promotion code that a customer typed. Raises Fault."""
    for one in world.all("promotion_code", active=True):
        if one["code"].lower() == code.strip().lower():
            return one
    raise Fault("This code is invalid.", code="promotion_code_invalid")


def _update(world: World, kind: str, id: str, parameters: Parameters, extra: dict[str, Any] | None = None) -> Object:
    found = world.get(kind, id)
    known = {name: value for name, value in parameters.items() if name in found and name != "metadata"}
    left_out = set(parameters) - set(known) - {"metadata", "expand"}
    if left_out:
        raise refused(f"This simulator does not change {', '.join(sorted(left_out))}.", min(left_out))
    fields = {name: (None if value == "" else value) for name, value in known.items()}
    if "metadata" in parameters:
        fields["metadata"] = merged(found["metadata"], parameters["metadata"])
    if extra and any(found[name] != value for name, value in fields.items()):
        found.update(extra)
    world.change(f"{kind}.updated", found, fields)
    return found
