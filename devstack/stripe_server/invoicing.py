"""Invoices from draft to paid."""

from __future__ import annotations

from typing import Any, Final

from devstack.stripe_server import discounts, lines, methods, payment, standing
from devstack.stripe_server.faults import refused
from devstack.stripe_server.world import Object, World

HOUR: Final = 3_600


def draft(
    world: World, subscription: Object | None, found: list[Object], *, customer: str, reason: str, **fields: Any
) -> Object:
    """Make a draft of lines, and of what is pending; the discounts of the subscription are taken off."""
    who = world.get("customer", customer)
    now = world.now(customer)
    waiting = lines.pending_of(world, customer, subscription)
    found = [*[lines.of_pending(subscription, one) for one in waiting], *found]
    running = discounts.running(world, subscription, now) if subscription else []
    discounts.apply(world, found, running)
    currency = (
        subscription["currency"] if subscription else fields.pop("currency", found[0]["currency"] if found else "eur")
    )
    fresh = _fresh(who, subscription, now) | {
        "billing_reason": reason,
        "currency": currency,
        "discounts": [one["id"] for one in running],
    }
    invoice = world.add("invoice", fresh | fields, customer=customer)
    for one in found:
        one["invoice"] = invoice["id"]
    for one in waiting:
        one["invoice"] = invoice["id"]
    invoice["lines"] = {
        "object": "list",
        "data": found,
        "has_more": False,
        "url": f"/v1/invoices/{invoice['id']}/lines",
    }
    add_up(invoice, who["balance"])
    if subscription:
        subscription["latest_invoice"] = invoice["id"]
        discounts.spend(world, subscription, invoice)
    world.emit("invoice.created", invoice)
    return invoice


def add_up(invoice: Object, balance: int) -> None:
    """Write the sums into an invoice: of its lines, what discounts take, and what the customer's balance pays."""
    found = invoice["lines"]["data"]
    subtotal = sum(line["amount"] for line in found)
    off: dict[str, int] = {}
    for line in found:
        for one in line["discount_amounts"]:
            off[one["discount"]] = off.get(one["discount"], 0) + one["amount"]
    total = subtotal - sum(off.values())
    due = max(0, total + balance)
    invoice.update(
        amount_due=due,
        amount_overpaid=0,
        amount_paid=0,
        amount_remaining=due,
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        total=total,
        total_discount_amounts=[{"amount": amount, "discount": id} for id, amount in off.items()],
        total_excluding_tax=total,
        total_pretax_credit_amounts=[],
        total_taxes=[],
    )


def finalize(world: World, invoice: Object) -> None:
    """Make a draft final: numbered, with its pages, and to be paid. Raises Fault when it is no draft."""
    if invoice["status"] != "draft":
        raise refused("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    who = world.get("customer", invoice["customer"])
    now = world.now(who["id"])
    add_up(invoice, who["balance"])
    invoice["starting_balance"] = who["balance"]
    # What a credit leaves over, or a debt adds to, goes on to the next invoice.
    after = min(0, invoice["total"] + who["balance"])
    invoice["ending_balance"] = after
    if after != who["balance"]:
        world.change("customer.updated", who, {"balance": after})
    number = f"{who['invoice_prefix']}-{who['next_invoice_sequence']:04d}"
    who["next_invoice_sequence"] += 1
    pages = world.settings.get("url", "")
    invoice.update(
        number=number,
        status="open",
        effective_at=now,
        automatically_finalizes_at=None,
        hosted_invoice_url=f"{pages}/invoice/{invoice['id']}",
        invoice_pdf=f"{pages}/invoice/{invoice['id']}/pdf",
        status_transitions=invoice["status_transitions"] | {"finalized_at": now},
    )
    if invoice["amount_due"] == 0:
        world.emit("invoice.finalized", invoice)
        _paid(world, invoice, None)
        return
    intent = payment.make(
        world,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=who["id"],
        description="Subscription creation" if invoice["billing_reason"] == "subscription_create" else "Invoice",
        setup_future_usage="off_session",
        _invoice=invoice["id"],
    )
    invoice["_payment_intent"] = intent["id"]
    invoice["next_payment_attempt"] = now
    world.add("invoice_payment", _payment_of(invoice, intent), customer=who["id"])
    world.emit("invoice.finalized", invoice)


def pay(world: World, invoice: Object, method: str | None = None, *, off_session: bool = True) -> Object | None:
    """Try to take the money for an open invoice, and return its payment intent; without a way to pay it fails.

    Raises Fault when it is not open.
    """
    if invoice["status"] != "open":
        raise refused(
            "Invoice is already paid" if invoice["status"] == "paid" else f"Invoice is {invoice['status']}",
            code="invoice_payment_intent_requires_action" if invoice["status"] == "draft" else None,
        )
    subscription = standing.subscription_of(world, invoice)
    chosen = method or methods.default_of(world, invoice["customer"], subscription)
    intent = world.get("payment_intent", invoice["_payment_intent"])
    if chosen is None:
        _missed(world, invoice)
        return intent
    payment.attempt(world, intent, world.get("payment_method", chosen), off_session=off_session)
    settle(world, intent)
    return intent


def settle(world: World, intent: Object) -> None:
    """Bring an invoice in line with its payment intent, after something became of that."""
    invoice = world.objects["invoice"].get(intent["_invoice"] or "")
    if invoice is None or invoice["status"] not in {"open", "uncollectible"}:
        return
    if intent["status"] == "succeeded":
        invoice["attempt_count"] += 1
        _paid(world, invoice, intent["payment_method"])
    elif intent["status"] == "requires_action":
        world.emit("invoice.payment_action_required", invoice)
        _missed(world, invoice)
    else:
        _missed(world, invoice)


def void(world: World, invoice: Object) -> None:
    """Take an open invoice back. Raises Fault when it is not open."""
    if invoice["status"] not in {"open", "uncollectible"}:
        raise refused("You can only pass in open invoices. This invoice isn't open.")
    _close(world, invoice, "void", "voided_at")
    intent = world.objects["payment_intent"].get(invoice["_payment_intent"] or "")
    if intent and intent["status"] in payment.OPEN:
        payment.cancel(world, intent, "void_invoice")
    world.emit("invoice.voided", invoice)
    standing.voided(world, invoice)


def write_off(world: World, invoice: Object) -> None:
    """Say that an open invoice will not be paid. Raises Fault when it is not open."""
    if invoice["status"] != "open":
        raise refused("You can only pass in open invoices. This invoice isn't open.")
    _close(world, invoice, "uncollectible", "marked_uncollectible_at")
    world.emit("invoice.marked_uncollectible", invoice)


def _close(world: World, invoice: Object, status: str, stamp: str) -> None:
    now = world.now(invoice["customer"])
    transitions = invoice["status_transitions"] | {stamp: now}
    invoice.update(status=status, next_payment_attempt=None, auto_advance=False, status_transitions=transitions)


def _paid(world: World, invoice: Object, method: str | None) -> None:
    now = world.now(invoice["customer"])
    invoice.update(
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status="paid",
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
    )
    for one in world.all("invoice_payment", invoice=invoice["id"]):
        one.update(status="paid", amount_paid=invoice["amount_due"])
        one["status_transitions"]["paid_at"] = now
    who = world.get("customer", invoice["customer"])
    if invoice["amount_due"]:
        who["delinquent"] = False
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    standing.paid(world, invoice, method)


def _missed(world: World, invoice: Object) -> None:
    invoice["attempt_count"] += 1
    invoice["attempted"] = True
    invoice["next_payment_attempt"] = None
    standing.failed(world, invoice)
    if invoice["billing_reason"] != "subscription_create":
        world.get("customer", invoice["customer"])["delinquent"] = True
    world.emit("invoice.payment_failed", invoice)


_NO_TAX: Final = {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}


def _parent(subscription: Object | None) -> Object | None:
    if subscription is None:
        return None
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def _payment_of(invoice: Object, intent: Object) -> Object:
    return {
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def _fresh(who: Object, subscription: Object | None, now: int) -> Object:
    return {
        "account_country": "FR",
        "account_name": "Huntaze",
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": _NO_TAX | {},
        "automatically_finalizes_at": now + HOUR,
        "collection_method": subscription["collection_method"] if subscription else "charge_automatically",
        "customer": who["id"],
        "customer_email": who["email"],
        "customer_name": who["name"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "issuer": {"type": "self"},
        "metadata": {},
        "parent": _parent(subscription),
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": now,
        "amount_paid_off_stripe": 0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": who["balance"],
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "test_clock": who["test_clock"],
        "_payment_intent": None,
    }
