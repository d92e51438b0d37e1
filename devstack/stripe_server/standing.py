"""What becomes of a subscription when its invoice is paid, or is not."""

from __future__ import annotations

from typing import Any, Final

from devstack.stripe_server.world import Object, World

DAY: Final = 86_400
RETRIES: Final = (3 * DAY, 5 * DAY, 7 * DAY)
"""How long after a failure an invoice is tried again; then `after_retries` of the account's settings holds."""

LIVING: Final = {"active", "trialing", "past_due", "unpaid", "paused", "incomplete"}


def subscription_of(world: World, invoice: Object) -> Object | None:
    """Return the subscription that an invoice is for, if it is for one."""
    parent = invoice.get("parent") or {}
    details = parent.get("subscription_details") or {}
    return world.objects["subscription"].get(details.get("subscription") or "")


def paid(world: World, invoice: Object, method: str | None) -> None:
    """Bring the subscription of a paid invoice back into good standing."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] not in LIVING:
        return
    fields: Object = {}
    pending = subscription.get("_pending")
    if pending and pending["invoice"] == invoice["id"]:
        fields |= pending["fields"] | {"pending_update": None}
        subscription["_pending"] = None
    settings = subscription["payment_settings"] or {}
    if method and settings.get("save_default_payment_method") == "on_subscription":
        fields["default_payment_method"] = method
    status = subscription["status"]
    owed = any(
        one["status"] == "open" and one["id"] != invoice["id"] and not _is_voidable(one)
        for one in invoices_of(world, subscription)
    )
    if (
        (status == "incomplete" and invoice["billing_reason"] == "subscription_create")
        or (status == "paused" and subscription.get("_resuming") == invoice["id"])
        or (status in {"past_due", "unpaid"} and not owed)
    ):
        fields["status"] = "active"
    world.change("customer.subscription.updated", subscription, fields)
    world.join(subscription)


def voided(world: World, invoice: Object) -> None:
    """Give up the change of a subscription that an invoice was for."""
    subscription = subscription_of(world, invoice)
    if subscription is None or (subscription.get("_pending") or {}).get("invoice") != invoice["id"]:
        return
    subscription["_pending"] = None
    world.change("customer.subscription.updated", subscription, {"pending_update": None})
    world.emit("customer.subscription.pending_update_expired", subscription)


def failed(world: World, invoice: Object) -> None:
    """Put off the next try of an invoice that was not paid, and say so of its subscription."""
    subscription = subscription_of(world, invoice)
    if subscription is None or subscription["status"] in {"incomplete", "canceled", "incomplete_expired"}:
        return
    if (subscription.get("_pending") or {}).get("invoice") == invoice["id"]:
        return
    tries = invoice["attempt_count"]
    now = world.now(invoice["customer"])
    if tries <= len(RETRIES):
        invoice["next_payment_attempt"] = now + RETRIES[tries - 1]
        if subscription["status"] in {"active", "trialing"}:
            world.change("customer.subscription.updated", subscription, {"status": "past_due"})
        return
    invoice["next_payment_attempt"] = None
    ending = world.settings["after_retries"]
    if ending == "cancel":
        end(world, subscription, reason="payment_failed")
    else:
        world.change("customer.subscription.updated", subscription, {"status": ending})


def end(world: World, subscription: Object, *, reason: str, **details: Any) -> None:
    """Cancel a subscription, for good."""
    now = world.now(subscription["customer"])
    for invoice in invoices_of(world, subscription):
        if invoice["status"] in {"draft", "open"}:
            invoice.update(auto_advance=False, next_payment_attempt=None, automatically_finalizes_at=None)
    told = dict(subscription["cancellation_details"] or {"comment": None, "feedback": None}) | details
    subscription.update(
        status="canceled",
        canceled_at=subscription["canceled_at"] or now,
        ended_at=now,
        cancellation_details=told | {"reason": reason},
        pending_update=None,
        _pending=None,
    )
    schedule = world.objects["subscription_schedule"].get(subscription["schedule"] or "")
    if schedule is not None:
        over = {"status": "canceled", "canceled_at": now, "current_phase": None}
        world.change("subscription_schedule.canceled", schedule, over)
    world.emit("customer.subscription.deleted", subscription)


def invoices_of(world: World, subscription: Object) -> list[Object]:
    """Return the invoices of a subscription, the oldest first."""
    return [one for one in world.all("invoice") if subscription_of(world, one) is subscription]


def _is_voidable(invoice: Object) -> bool:
    """An invoice for a change that never took effect is no debt."""
    return bool(invoice.get("_of_pending"))
