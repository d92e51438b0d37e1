"""Webhook endpoints and test clocks."""

from __future__ import annotations

import secrets
from typing import Final

from devstack.stripe_server import methods, timeline
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

KEPT_FOR: Final = 30 * 86_400
FURTHEST: Final = 2 * 366 * 86_400


def create(world: World, parameters: Parameters) -> Object:
    """Register an endpoint. The secret is told now, and never again."""
    if not parameters["url"].startswith(("http://", "https://")):
        raise refused("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid")
    secret = f"whsec_{secrets.token_hex(16)}"
    endpoint = world.add(
        "webhook_endpoint",
        {
            "api_version": parameters.get("api_version"),
            "description": parameters.get("description"),
            "enabled_events": parameters["enabled_events"],
            "metadata": parameters.get("metadata"),
            "status": "enabled",
            "url": parameters["url"],
            "_secrets": [secret],
        },
    )
    return endpoint | {"secret": secret}


def update(world: World, parameters: Parameters, id: str) -> Object:
    endpoint = world.get("webhook_endpoint", id)
    for name in ("description", "enabled_events", "url"):
        if name in parameters:
            endpoint[name] = parameters[name]
    if "disabled" in parameters:
        endpoint["status"] = "disabled" if parameters["disabled"] else "enabled"
    if "metadata" in parameters:
        endpoint["metadata"] = methods.merged(endpoint["metadata"], parameters["metadata"])
    return endpoint


def delete(world: World, parameters: Parameters, id: str) -> Object:
    world.get("webhook_endpoint", id)
    world.remove("webhook_endpoint", id)
    world.outbox = [one for one in world.outbox if one["endpoint"] != id]
    return {"id": id, "object": "webhook_endpoint", "deleted": True}


# --- Test clocks ---


def create_clock(world: World, parameters: Parameters) -> Object:
    return world.add(
        "test_helpers.test_clock",
        {
            "deletes_after": world.now() + KEPT_FOR,
            "frozen_time": parameters["frozen_time"],
            "name": parameters.get("name"),
            "status": "ready",
            "status_details": {},
        },
    )


def advance_clock(world: World, parameters: Parameters, id: str) -> Object:
    """Let time pass for the customers of a clock, and do all that becomes due. Raises Fault."""
    clock = world.get("test_helpers.test_clock", id)
    target = parameters["frozen_time"]
    if not clock["frozen_time"] < target <= clock["frozen_time"] + FURTHEST:
        raise refused("Test clock can only be advanced forwards, and by two intervals at most.", "frozen_time")
    clock["_target"] = target
    timeline.run(world, clock)
    world.emit("test_helpers.test_clock.ready", clock)
    return clock


def delete_clock(world: World, parameters: Parameters, id: str) -> Object:
    world.get("test_helpers.test_clock", id)
    for customer in list(world.all("customer", test_clock=id)):
        for kind in ("subscription", "invoice", "invoiceitem", "payment_intent", "payment_method"):
            for one in list(world.all(kind, customer=customer["id"])):
                world.remove(kind, one["id"])
        world.remove("customer", customer["id"])
    world.remove("test_helpers.test_clock", id)
    return {"id": id, "object": "test_helpers.test_clock", "deleted": True}
