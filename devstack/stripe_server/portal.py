"""The customer portal: its configurations, its sessions, and what a customer may do in one."""

from __future__ import annotations

import secrets
from typing import Any, Final

from devstack.stripe_server import changing, intents, methods, scheduling, subscribing
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

LIVES: Final = 24 * 3_600
_NOTHING: Final[dict[str, Any]] = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {
            "enabled": False,
            "options": ["too_expensive", "missing_features", "switched_service", "unused", "other"],
        },
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def configure(world: World, parameters: Parameters) -> Object:
    return world.add(
        "billing_portal.configuration",
        {
            "active": True,
            "business_profile": _profile() | parameters.get("business_profile", {}),
            "default_return_url": parameters.get("default_return_url"),
            "features": _features(_NOTHING, parameters["features"]),
            "is_default": not world.objects["billing_portal.configuration"],
            "login_page": {"enabled": False, "url": None},
            "metadata": parameters.get("metadata"),
            "name": parameters.get("name"),
            "updated": world.now(),
        },
    )


def reconfigure(world: World, parameters: Parameters, id: str) -> Object:
    found = world.get("billing_portal.configuration", id)
    for name in ("active", "default_return_url", "name"):
        if name in parameters:
            found[name] = parameters[name]
    if "business_profile" in parameters:
        found["business_profile"] = found["business_profile"] | parameters["business_profile"]
    if "features" in parameters:
        found["features"] = _features(found["features"], parameters["features"])
    if "metadata" in parameters:
        found["metadata"] = methods.merged(found["metadata"], parameters["metadata"])
    found["updated"] = world.now()
    world.emit("billing_portal.configuration.updated", found)
    return found


def create(world: World, parameters: Parameters) -> Object:
    """Make a session for a customer. Raises Fault."""
    customer = world.get("customer", parameters.get("customer", ""), "customer")
    if customer.get("deleted"):
        raise refused(f"No such customer: '{customer['id']}'", "customer", "resource_missing")
    if "configuration" in parameters:
        configuration = world.get("billing_portal.configuration", parameters["configuration"], "configuration")
    else:
        default = next(world.all("billing_portal.configuration", is_default=True), None)
        if default is None:
            raise refused(
                "No configuration provided and your test mode default configuration has not been created.",
                "configuration",
            )
        configuration = default
    flow = parameters.get("flow_data")
    session = world.add(
        "billing_portal.session",
        {
            "configuration": configuration["id"],
            "customer": customer["id"],
            "flow": _flow(flow) if flow else None,
            "locale": parameters.get("locale"),
            "return_url": parameters.get("return_url") or configuration["default_return_url"],
            "url": f"{world.settings.get('url', '')}/p/session/{secrets.token_urlsafe(24)}",
        },
    )
    session["_expires"] = world.now() + LIVES
    return session


def opened(world: World, secret: str) -> Object:
    """Return the session whose page has this address. Raises Fault when it is over, or was never."""
    for session in world.all("billing_portal.session"):
        if session["url"].endswith(f"/p/session/{secret}") and session["_expires"] > world.now():
            return session
    raise refused("This portal session has expired.")


def goes_on_to(session: Object) -> str:
    """Return where the browser goes when the one thing is done that a session is for; nothing when it stays."""
    after = (session["flow"] or {}).get("after_completion") or {}
    return str((after.get("redirect") or {}).get("return_url") or "") if after.get("type") == "redirect" else ""


def features_of(world: World, session: Object) -> Object:
    """Return what the customer may do."""
    found: Object = world.get("billing_portal.configuration", session["configuration"])["features"]
    return found


def subscriptions_of(world: World, session: Object) -> list[Object]:
    """Return the customer's subscriptions that are not over."""
    over = {"canceled", "incomplete_expired"}
    return [one for one in world.all("subscription", customer=session["customer"]) if one["status"] not in over]


def do(world: World, session: Object, action: str, form: dict[str, str]) -> None:
    """Do what a customer asks for. Raises Fault for what the configuration does not allow, and for a declined card."""
    features = features_of(world, session)
    if action == "card":
        _require(features, "payment_method_update")
        _new_card(world, session, form.get("card", ""))
        return
    subscription = next((s for s in subscriptions_of(world, session) if s["id"] == form.get("subscription")), None)
    if subscription is None:
        raise refused("No such subscription.")
    if subscription["schedule"] and action in {"cancel", "change", "resume"}:
        # What was planned before makes room.
        scheduling.release(world, {}, subscription["schedule"])
    if action == "cancel":
        _require(features, "subscription_cancel")
        details = {"cancellation_details": {"feedback": form["feedback"]}} if form.get("feedback") else {}
        if features["subscription_cancel"]["mode"] == "immediately":
            subscribing.cancel(world, details, subscription["id"])
        else:
            changing.update(world, {"cancel_at_period_end": True, **details}, subscription["id"])
    elif action == "resume":
        if subscription["cancel_at_period_end"]:
            changing.update(world, {"cancel_at_period_end": False}, subscription["id"])
    elif action == "change":
        _require(features, "subscription_update")
        if form.get("price") not in prices_of(features):
            raise refused("This price is not on offer.")
        if _waits(features, subscription, world.get("price", form["price"])):
            _plan(world, subscription, form["price"])
            return
        item = subscription["items"]["data"][0]["id"]
        behaviour = features["subscription_update"]["proration_behavior"]
        wanted = {"items": [{"id": item, "price": form["price"]}], "proration_behavior": behaviour}
        changing.update(world, wanted | {"payment_behavior": "pending_if_incomplete"}, subscription["id"])
    else:
        raise refused("This simulator's portal does not know that.")


def prices_of(features: Object) -> list[str]:
    """Return the prices that a customer may change to."""
    return [price for product in features["subscription_update"]["products"] or () for price in product["prices"]]


def _waits(features: Object, subscription: Object, price: Object) -> bool:
    """Say whether a change to a price is made when the period ends."""
    conditions = {one["type"] for one in features["subscription_update"]["schedule_at_period_end"]["conditions"]}
    now = subscription["items"]["data"][0]["price"]
    cheaper, shorter = _monthly(price) < _monthly(now), _months(price) < _months(now)
    return ("decreasing_item_amount" in conditions and cheaper) or ("shortening_interval" in conditions and shorter)


def _plan(world: World, subscription: Object, price: str) -> None:
    schedule = scheduling.create(world, {"from_subscription": subscription["id"]})
    (phase,) = schedule["phases"]
    kept = {"discounts": [{"discount": one["discount"]} for one in phase["discounts"]]}
    now = {"items": [{"price": one["price"], "quantity": one["quantity"]} for one in phase["items"]], **kept}
    recurring = world.get("price", price)["recurring"]
    length = {name: recurring[name] for name in ("interval", "interval_count")}
    wanted = [
        now | {"start_date": phase["start_date"], "end_date": phase["end_date"]},
        {"items": [{"price": price}], "duration": length, **kept},
    ]
    scheduling.update(world, {"phases": wanted}, schedule["id"])


def _months(price: Object) -> float:
    recurring = price["recurring"]
    return float(
        {"day": 1 / 30, "week": 1 / 4, "month": 1, "year": 12}[recurring["interval"]] * recurring["interval_count"]
    )


def _monthly(price: Object) -> float:
    return float(price["unit_amount"] / _months(price))


def _new_card(world: World, session: Object, card: str) -> None:
    intent = intents.make_setup(world, session["customer"])
    method = methods.make(world, card)
    intent["payment_method"] = method["id"]
    intents.finish_setup(world, intent)
    if error := intent["last_setup_error"]:
        raise methods.declined(error["decline_code"])
    who = world.get("customer", session["customer"])
    settings = who["invoice_settings"] | {"default_payment_method": method["id"]}
    world.change("customer.updated", who, {"invoice_settings": settings})
    for subscription in subscriptions_of(world, session):
        if subscription["default_payment_method"]:
            world.change("customer.subscription.updated", subscription, {"default_payment_method": method["id"]})


def _require(features: Object, name: str) -> None:
    if not features[name]["enabled"]:
        raise refused("The portal's configuration does not allow that.")


def _profile() -> Object:
    return {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}


def _features(before: Object, given: Parameters) -> Object:
    made = {}
    for name, nothing in before.items():
        told = {key: value for key, value in given.get(name, {}).items() if value != ""}
        if name == "subscription_update" and isinstance(told.get("products"), list):
            quantity = {"enabled": False, "maximum": None, "minimum": 1}
            told["products"] = [
                {"adjustable_quantity": quantity, "prices": one["prices"], "product": one["product"]}
                for one in told["products"]
            ]
        if name == "subscription_cancel" and "cancellation_reason" in told:
            told["cancellation_reason"] = nothing["cancellation_reason"] | told["cancellation_reason"]
        made[name] = nothing | told
    return made


def _flow(given: Parameters) -> Object:
    after = {"hosted_confirmation": None, "redirect": None, "type": "portal_homepage"}
    told = {"subscription_cancel": None, "subscription_update": None, "subscription_update_confirm": None}
    details = {name: value for name, value in given.items() if name in told}
    if "subscription_cancel" in details:
        details["subscription_cancel"] = {"retention": None} | details["subscription_cancel"]
    if "subscription_update_confirm" in details:
        confirm = details["subscription_update_confirm"]
        items = [{"id": None, "price": None, **one} for one in confirm["items"]]
        details["subscription_update_confirm"] = {"discounts": None} | confirm | {"items": items}
    return told | details | {"after_completion": after | given.get("after_completion", {}), "type": given["type"]}
