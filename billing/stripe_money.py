"""Record what came in and went back, as events, when Stripe tells of it: each once, at the moment when it happened there.

An invoice, refund or dispute is read as dj-stripe's tables have it by then. The event is named by Stripe's id, and dated by
Stripe's clock, so that a webhook that comes again, late or after others records nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from djstripe.models import Dispute, Invoice, Price, Refund

from accounts.models import Tier
from analytics import events
from billing.models import WebhookEvent

INTERVALS: Final = frozenset({"month", "year"})
GAVE_UP: Final = frozenset({"failed", "canceled"})
OUTCOMES: Final = {"won": "won", "lost": "lost", "warning_closed": "won", "prevented": "won"}

Data = dict[str, Any]


def record(rows: Iterable[WebhookEvent], *, user_id: int) -> None:
    """Record what events of Stripe's tell of money of an account, in the caller's transaction; the rest tells none."""
    for row in rows:
        about = row.payload["data"]["object"]
        match about["object"]:
            case "invoice":
                _invoice(row, about, user_id)
            case "refund":
                _refund(row, about, user_id)
            case "dispute":
                _dispute(row, about, user_id)


def _invoice(row: WebhookEvent, about: Data, user_id: int) -> None:
    found = Invoice.objects.filter(id=about["id"]).first()
    if found is None:
        return
    now = found.stripe_data
    shared = {"invoice": str(found.djstripe_id), "currency": now["currency"]}
    if now["status"] == "paid" and now["amount_paid"] > 0:
        line = _main_line(now)
        data = {
            **shared,
            **_bought(line),
            "amount_minor": now["amount_paid"],
            "total_minor": now["total"],
            "tax_minor": sum(tax["amount"] for tax in now.get("total_taxes") or ()),
            "reason": now.get("billing_reason") or "",
            "period_starts_at": _time(line["period"]["start"]).isoformat(),
            "period_ends_at": _time(line["period"]["end"]).isoformat(),
        }
        _tell("invoice.paid", user_id, data, at=now["status_transitions"]["paid_at"], id=found.id)
    if row.type == "invoice.payment_failed":
        attempt = int(about["attempt_count"])
        data = {**shared, **_bought(_main_line(about)), "amount_minor": about["amount_due"], "attempt": attempt}
        _tell("invoice.failed", user_id, data, at=row.payload["created"], id=f"{found.id} {attempt}")


def _refund(row: WebhookEvent, about: Data, user_id: int) -> None:
    found = Refund.objects.filter(id=about["id"]).first()
    if found is None:
        return
    now = found.stripe_data
    data = {"refund": str(found.djstripe_id), "currency": now["currency"], "amount_minor": now["amount"]}
    reason = {"reason": now.get("reason") or ""}
    _tell("charge.refunded", user_id, {**data, **reason}, at=now["created"], id=found.id)
    # The one event that tells of it; what others find later would be dated otherwise.
    if row.type == "refund.failed" or (about.get("status") in GAVE_UP and row.type == "refund.updated"):
        _tell("refund.failed", user_id, data, at=now["created"], id=found.id)


def _dispute(row: WebhookEvent, about: Data, user_id: int) -> None:
    found = Dispute.objects.filter(id=about["id"]).first()
    if found is None:
        return
    now = found.stripe_data
    data = {"dispute": str(found.djstripe_id), "currency": now["currency"], "amount_minor": now["amount"]}
    _tell("charge.disputed", user_id, {**data, "reason": now.get("reason") or ""}, at=now["created"], id=found.id)
    outcome = OUTCOMES.get(about["status"])
    if row.type == "charge.dispute.closed" and outcome:
        _tell("dispute.closed", user_id, {**data, "outcome": outcome}, at=row.payload["created"], id=found.id)


def _main_line(invoice: Data) -> Data:
    """Return the line that costs most: after a change of plan there are several, and the new plan's is one of them."""
    lines = invoice["lines"]["data"]
    whole = {"start": invoice["period_start"], "end": invoice["period_end"]}
    found: Data = max(lines, key=lambda line: line["amount"], default={"amount": 0, "period": whole})
    return found


def _bought(line: Data) -> dict[str, str]:
    """Return plan and interval of a line's price; "" where it is none of ours."""
    details = (line.get("pricing") or {}).get("price_details") or {}
    price = Price.objects.filter(id=details.get("price") or "").values_list("stripe_data", flat=True).first() or {}
    tier = (price.get("metadata") or {}).get("tier")
    interval = (price.get("recurring") or {}).get("interval")
    return {"plan": tier if tier in Tier.values else "", "interval": interval if interval in INTERVALS else ""}


def _tell(event: str, user_id: int, data: Data, *, at: int, id: str) -> None:
    events.record(event, user_id=user_id, data=data, now=_time(at), key=id)


def _time(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
