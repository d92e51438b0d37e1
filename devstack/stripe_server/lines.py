"""The lines of invoices."""

from __future__ import annotations

from typing import Any

from devstack.stripe_server import intervals
from devstack.stripe_server.world import Object, World, new_id


def priced(price: Object) -> Object:
    """Return what a line says of its price."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def amount_of(item: Object) -> int:
    """Return what an item of a subscription costs for an interval."""
    return int(item["price"]["unit_amount"] or 0) * int(item.get("quantity", 1))


def of_item(world: World, subscription: Object, item: Object, *, trial: bool = False) -> Object:
    """Return the line for an interval of an item; one for a trial costs nothing."""
    product = world.get("product", item["price"]["product"])
    quantity = item.get("quantity", 1)
    amount = 0 if trial else amount_of(item)
    recurring = item["price"]["recurring"]
    each = f"{item['price']['unit_amount'] / 100:.2f} {item['price']['currency'].upper()} / {recurring['interval']}"
    return line(
        subscription,
        amount=amount,
        description=f"Trial period for {product['name']}" if trial else f"{quantity} × {product['name']} (at {each})",
        period={"start": item["current_period_start"], "end": item["current_period_end"]},
        pricing=priced(item["price"]),
        quantity=quantity,
        parent=_of_subscription(subscription, item["id"], proration=False),
        discountable=not trial,
    )


def of_pending(subscription: Object | None, pending: Object) -> Object:
    """Return the line that an invoice item becomes."""
    proration = pending["proration"]
    if subscription is not None and pending.get("_item"):
        parent = _of_subscription(subscription, pending["_item"], proration=proration, invoice_item=pending["id"])
    else:
        parent = {
            "invoice_item_details": {
                "invoice_item": pending["id"],
                "proration": proration,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"] if subscription else None,
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return line(
        subscription,
        currency=pending["currency"],
        amount=pending["amount"],
        description=pending["description"],
        period=pending["period"],
        pricing=pending["pricing"],
        quantity=pending["quantity"],
        parent=parent,
        discountable=pending["discountable"],
        metadata=pending["metadata"],
    )


def line(subscription: Object | None, **fields: Any) -> Object:
    """Return a line. What is not given is as Stripe sends it for a line without taxes and discounts."""
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "currency": subscription["currency"] if subscription else None,
        "discount_amounts": [],
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "subtotal": fields["amount"],
        "subscription": subscription["id"] if subscription else None,
        "taxes": [],
        "quantity_decimal": str(fields.get("quantity", 1)),
        **{name: value for name, value in fields.items() if value is not None or name != "currency"},
    }


def pend(
    world: World, subscription: Object, item: Object, *, amount: int, price: Object, text: str, period: Object
) -> Object:
    """Keep a proration until the next invoice of the subscription."""
    pending = world.add(
        "invoiceitem",
        {
            "amount": amount,
            "currency": subscription["currency"],
            "customer": subscription["customer"],
            "date": period["start"],
            "description": text,
            "discountable": False,
            "discounts": [],
            "parent": {
                "subscription_details": {"subscription": subscription["id"], "subscription_item": item["id"]},
                "type": "subscription_details",
            },
            "period": period,
            "pricing": priced(price),
            "proration": True,
            "proration_details": {"credited_items": None, "discount_amounts": []},
            "quantity": item.get("quantity", 1),
            "quantity_decimal": str(item.get("quantity", 1)),
            "net_amount": amount,
            "tax_rates": [],
            "_item": item["id"],
        },
        customer=subscription["customer"],
    )
    world.emit("invoiceitem.created", pending)
    return pending


def pending_of(world: World, customer: str, subscription: Object | None) -> list[Object]:
    """Return the invoice items that wait for the next invoice."""
    wanted = subscription["id"] if subscription else None
    return [
        one
        for one in world.all("invoiceitem", customer=customer, invoice=None)
        if ((one["parent"] or {}).get("subscription_details") or {}).get("subscription") == wanted
    ]


def unused(world: World, item: Object, now: int) -> str:
    product = world.get("product", item["price"]["product"])
    return f"Unused time on {product['name']} after {intervals.day(now)}"


def remaining(world: World, item: Object, now: int) -> str:
    product = world.get("product", item["price"]["product"])
    return f"Remaining time on {product['name']} after {intervals.day(now)}"


def _of_subscription(subscription: Object, item: str, *, proration: bool, invoice_item: str | None = None) -> Object:
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": invoice_item,
            "proration": proration,
            "proration_details": {"credited_items": None},
            "subscription": subscription["id"],
            "subscription_item": item,
        },
        "type": "subscription_item_details",
    }
