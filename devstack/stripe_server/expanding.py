"""`expand[]`: ids become the objects that they name, four levels deep at most."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from devstack.stripe_server import schema
from devstack.stripe_server.faults import refused
from devstack.stripe_server.world import Object, World, shown

DEEPEST: Final = 4


def expand(world: World, answer: Object, paths: Iterable[str]) -> Object:
    """Return a copy of an answer with the objects in it that were asked for. Raises Fault for what cannot be expanded."""
    told: Object = shown(answer)
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise refused(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}", "expand")
        _expand(world, told, parts, path)
    return told


def find(world: World, id: str) -> Object | None:
    """Return what an id names, of whatever kind it is."""
    # Not by its prefix: products and coupons may have ids that their owner chose.
    return next((held[id] for held in world.objects.values() if id in held), None)


def _expand(world: World, at: Any, parts: list[str], path: str) -> None:
    if isinstance(at, list):
        for one in at:
            _expand(world, one, parts, path)
        return
    name, rest = parts[0], parts[1:]
    if not isinstance(at, dict):
        raise refused(f"This property cannot be expanded ({path}).", "expand")
    if at.get("object") == "list" and name == "data":
        _expand(world, at["data"], rest, path)
        return
    if name not in at:
        if "object" not in at:
            # A part of an object, which may lack what another one has.
            return
        if name not in schema.expandable(at.get("object", "")):
            raise refused(f"This property cannot be expanded ({path}).", "expand")
        held = _held(world, at, name)
        if held is None:
            # It is there for some objects of the kind, as tiers are for some prices, and not for this one.
            return
        at[name] = held
    value = at[name]
    if isinstance(value, str):
        found = find(world, value)
        if found is None:
            raise refused(f"This property cannot be expanded ({path}).", "expand")
        at[name] = value = shown(found)
    elif isinstance(value, list):
        at[name] = value = [shown(find(world, one)) if isinstance(one, str) else one for one in value]
    if rest and value is not None:
        _expand(world, value, rest, path)


def _held(world: World, owner: Object, name: str) -> Object | None:
    """Return a list, or a value, that an object shows only on request."""
    kind = owner.get("object", "")
    id = owner["id"]
    if (kind, name) == ("invoice", "confirmation_secret"):
        intent = world.objects["payment_intent"].get(world.objects["invoice"][id].get("_payment_intent") or "")
        return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None
    held = {
        ("invoice", "payments"): ("invoice_payment", {"invoice": id}, f"/v1/invoice_payments?invoice={id}"),
        ("customer", "subscriptions"): ("subscription", {"customer": id}, f"/v1/customers/{id}/subscriptions"),
        ("charge", "refunds"): ("refund", {"charge": id}, f"/v1/charges/{id}/refunds"),
    }.get((kind, name))
    if held is None:
        empty = {("customer", "sources"), ("customer", "tax_ids")}
        url = f"/v1/customers/{id}/{name}"
        return listing([], url) if (kind, name) in empty else _own(world, owner, name)
    of, wanted, url = held
    found = world.all(of, **wanted)
    if of == "subscription":
        found = (one for one in found if one["status"] != "canceled")
    return listing([shown(one) for one in found][::-1], url)


def _own(world: World, owner: Object, name: str) -> Object | None:
    kept = world.objects[owner["object"]].get(owner["id"], {})
    found: Object | None = shown(kept.get(f"_{name}"))
    return found


def listing(data: list[Object], url: str, *, has_more: bool = False) -> Object:
    """Return a list as Stripe sends it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
