"""Refunds, and disputes about charges."""

from __future__ import annotations

from typing import Final

from devstack.stripe_server import methods, schema
from devstack.stripe_server.faults import refused
from devstack.stripe_server.parameters import Parameters
from devstack.stripe_server.world import Object, World

ANSWER_WITHIN: Final = 7 * 86_400
OPEN: Final = {"needs_response", "under_review"}


def refund(world: World, parameters: Parameters) -> Object:
    if "payment_intent" in parameters:
        intent = world.get("payment_intent", parameters["payment_intent"], "payment_intent")
        charge = world.get("charge", intent["latest_charge"] or "", "payment_intent")
    else:
        charge = world.get("charge", parameters.get("charge", ""), "charge")
    if charge["status"] != "succeeded":
        raise refused("This charge did not succeed, so it cannot be refunded.", "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = parameters.get("amount", left)
    if left == 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    if not 0 < amount <= left:
        raise refused(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount")
    made = world.add(
        "refund",
        {
            "amount": amount,
            "charge": charge["id"],
            "currency": charge["currency"],
            "destination_details": {
                "card": {
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            },
            "metadata": parameters.get("metadata"),
            "payment_intent": charge["payment_intent"],
            "reason": parameters.get("reason"),
            "status": "succeeded",
            "_customer": charge["customer"],
        },
        customer=charge["customer"],
    )
    refunded = charge["amount_refunded"] + amount
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])
    world.emit("refund.created", made)
    world.emit("charge.refunded", charge, previous)
    return made


def update_refund(world: World, parameters: Parameters, id: str) -> Object:
    found = world.get("refund", id)
    world.change("refund.updated", found, {"metadata": methods.merged(found["metadata"], parameters.get("metadata"))})
    return found


def dispute(world: World, charge: Object, reason: str = "fraudulent") -> Object:
    """Let the holder of the card dispute a charge. Raises Fault when that was done before."""
    if charge["disputed"] or charge["status"] != "succeeded":
        raise refused("This charge cannot be disputed.", "charge")
    now = world.now(charge["customer"])
    evidence = {
        name: None
        for name, field in schema.document()["schemas"]["dispute_evidence"]["properties"].items()
        if field.get("nullable")
    }
    made = world.add(
        "dispute",
        {
            "amount": charge["amount"],
            "balance_transactions": [],
            "charge": charge["id"],
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": evidence | {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": now + ANSWER_WITHIN,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "is_charge_refundable": False,
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "status": "needs_response",
        },
        customer=charge["customer"],
    )
    charge["disputed"] = True
    world.emit("charge.dispute.created", made)
    world.emit("charge.dispute.funds_withdrawn", made)
    return made


def update_dispute(world: World, parameters: Parameters, id: str) -> Object:
    found = world.get("dispute", id)
    if found["status"] not in OPEN:
        raise refused("This dispute is already closed")
    fields: Object = {}
    if "metadata" in parameters:
        fields["metadata"] = methods.merged(found["metadata"], parameters["metadata"])
    if "evidence" in parameters:
        fields["evidence"] = found["evidence"] | parameters["evidence"]
        sent = found["evidence_details"]["submission_count"] + int(parameters.get("submit", True))
        fields["evidence_details"] = found["evidence_details"] | {"has_evidence": True, "submission_count": sent}
        if parameters.get("submit", True):
            fields["status"] = "under_review"
    world.change("charge.dispute.updated", found, fields)
    return found


def close_dispute(world: World, parameters: Parameters, id: str) -> Object:
    """Give in: the money is lost."""
    return decide(world, world.get("dispute", id), won=False)


def decide(world: World, found: Object, *, won: bool) -> Object:
    """End a dispute, as the bank does. Raises Fault when it has ended."""
    if found["status"] not in OPEN:
        raise refused("This dispute is already closed")
    found["status"] = "won" if won else "lost"
    if won:
        world.emit("charge.dispute.funds_reinstated", found)
    world.emit("charge.dispute.closed", found)
    return found
