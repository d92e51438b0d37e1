"""The operations on invoices and their items."""

from __future__ import annotations

from devstack.stripe_server import invoicing, lines, listing, methods
from devstack.stripe_server.faults import Fault, refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World


def create(world: World, parameters: Parameters) -> Object:
    customer = world.get("customer", parameters.get("customer", ""), "customer")["id"]
    subscription = None
    if "subscription" in parameters:
        subscription = world.get("subscription", parameters["subscription"], "subscription")
    waiting = lines.pending_of(world, customer, subscription)
    if subscription and not waiting:
        raise refused("Nothing to invoice for subscription", "subscription", "invoice_no_subscription_line_items")
    if parameters.get("pending_invoice_items_behavior", "exclude") == "exclude" and subscription is None:
        for one in waiting:
            one["invoice"] = ""
    currency = parameters.get("currency") or (waiting[0]["currency"] if waiting else "eur")
    invoice = invoicing.draft(
        world, subscription, [], customer=customer, reason="manual", auto_advance=parameters.get("auto_advance", False),
        metadata=parameters.get("metadata") or {}, description=parameters.get("description"), currency=currency,
    )  # fmt: skip
    for one in waiting:
        one["invoice"] = one["invoice"] or None
    if not invoice["auto_advance"]:
        invoice["automatically_finalizes_at"] = None
    return invoice


def update(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    fields: Object = {
        name: parameters[name] for name in ("auto_advance", "description", "footer") if name in parameters
    }
    if "metadata" in parameters:
        fields["metadata"] = methods.merged(invoice["metadata"], parameters["metadata"])
    if left_out := sorted(set(parameters) - set(fields) - {"expand"}):
        raise refused(f"This simulator does not change {', '.join(left_out)} of invoices.", left_out[0])
    world.change("invoice.updated", invoice, fields)
    return invoice


def finalize(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    invoicing.finalize(world, invoice)
    return invoice


def pay(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    if invoice["status"] == "draft":
        invoicing.finalize(world, invoice)
    if parameters.get("paid_out_of_band"):
        raise refused("This simulator takes no money by other ways.", "paid_out_of_band")
    if invoice["status"] == "paid" and not invoice["attempted"]:
        return invoice
    method = parameters.get("payment_method")
    chosen = methods.resolve(world, method)["id"] if method else None
    if chosen is None and methods.default_of(world, invoice["customer"]) is None:
        subscription_default = [
            one for one in world.all("subscription", latest_invoice=id) if one["default_payment_method"]
        ]
        if not subscription_default and invoice["status"] == "open":
            raise methods.missing_method(invoice["customer"])
    intent = invoicing.pay(world, invoice, chosen, off_session=parameters.get("off_session", True))
    if intent is not None and intent["status"] == "requires_action":
        raise Fault(
            "This invoice could not be paid: the payment requires additional user action.",
            kind="card_error",
            code="invoice_payment_intent_requires_action",
        )
    if intent is not None and intent["status"] == "requires_payment_method":
        error = intent["last_payment_error"]
        raise methods.declined(error.get("decline_code", "generic_decline"))
    return invoice


def void(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    invoicing.void(world, invoice)
    return invoice


def write_off(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    invoicing.write_off(world, invoice)
    return invoice


def lines_of(world: World, parameters: Parameters, id: str) -> Object:
    invoice = world.get("invoice", id)
    return listing.cut(invoice["lines"]["data"], parameters, f"/v1/invoices/{id}/lines")


def create_item(world: World, parameters: Parameters) -> Object:
    customer = world.get("customer", parameters.get("customer", ""), "customer")["id"]
    price = world.get("price", parameters["pricing"]["price"]) if "pricing" in parameters else None
    quantity = parameters.get("quantity", 1)
    amount = price["unit_amount"] * quantity if price else parameters.get("amount")
    if amount is None:
        raise refused("You must pass an amount, or the id of a price.", "amount", "parameter_missing")
    if "subscription" in parameters:
        raise refused("This simulator adds such items to a customer's next invoice alone.", "subscription")
    now = world.now(customer)
    item = world.add(
        "invoiceitem",
        {
            "amount": amount,
            "currency": price["currency"] if price else parameters.get("currency", "eur"),
            "customer": customer,
            "date": now,
            "description": parameters.get("description"),
            "discountable": parameters.get("discountable", amount > 0),
            "discounts": [],
            "metadata": parameters.get("metadata"),
            "net_amount": amount,
            "period": {"start": now, "end": now},
            "pricing": lines.priced(price) if price else None,
            "proration": False,
            "quantity": quantity,
            "quantity_decimal": str(quantity),
            "tax_rates": [],
        },
        customer=customer,
    )
    world.emit("invoiceitem.created", item)
    return item


def delete_item(world: World, parameters: Parameters, id: str) -> Object:
    item = world.get("invoiceitem", id)
    if item["invoice"]:
        raise refused("You cannot delete an invoice item that is attached to an invoice.")
    world.remove("invoiceitem", id)
    world.emit("invoiceitem.deleted", item)
    return {"id": id, "object": "invoiceitem", "deleted": True}
