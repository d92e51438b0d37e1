"""What is bought, paid, and given back. Amounts are of the event's currency; ids are of our rows, never the provider's."""

from __future__ import annotations

from typing import Final

from analytics.event_types.declaration import EventType
from analytics.event_types.kinds import FLAG, ID, MINOR, MOMENT, MONEY, SIGNED_MINOR, USD, text, whole

PLANS: Final = ("free", "starter", "pro", "scale")
PLAN: Final = text(*PLANS)
INTERVAL: Final = text("", "month", "year")
MONEY_OR_NONE: Final = text(most=3)
STATUS: Final = text(most=24)
BOOKS: Final = "billing.stripe_money"
SUBSCRIPTIONS: Final = "billing.subscriptions"

TYPES: Final = (
    EventType(
        "checkout.started",
        "Somebody was sent to the payment provider's page for a plan.",
        by="billing.checkout",
        fields={"plan": PLAN, "interval": INTERVAL, "currency": MONEY, "has_trial": FLAG},
    ),
    EventType(
        "trial.started",
        "A subscription began with a trial.",
        by=SUBSCRIPTIONS,
        fields={"plan": PLAN, "interval": INTERVAL, "currency": MONEY, "ends_at": MOMENT.or_none()},
    ),
    EventType(
        "trial.ended",
        "A trial is over: its plan is paid from now on, is owed, waits for a card, or ended.",
        by=SUBSCRIPTIONS,
        fields={
            "plan": PLAN,
            "interval": INTERVAL,
            "currency": MONEY,
            "outcome": text("converted", "unpaid", "paused", "ended"),
        },
    ),
    EventType(
        "subscription.changed",
        "What an account may do, or what a year of its subscription comes to, changed. Revenue that recurs rests on it.",
        by=SUBSCRIPTIONS,
        fields={
            "subscription": ID,
            "status": STATUS,
            "status_before": STATUS,
            "plan": PLAN,
            "plan_before": PLAN,
            "interval": INTERVAL,
            "currency": MONEY_OR_NONE,
            "currency_before": MONEY_OR_NONE,
            # What a year of it comes to, in minor units, as far as it counts as revenue.
            "yearly_minor": MINOR,
            "yearly_minor_before": MINOR,
            "reason": text(most=24),
        },
    ),
    EventType(
        "invoice.paid",
        "Money came in for an invoice, at the moment in which it was paid. `amount_minor` is what was paid, of which"
        " `tax_minor` is tax; the invoice itself comes to `total_minor`, the rest came from the customer's balance.",
        by=BOOKS,
        fields={
            "invoice": ID,
            "currency": MONEY,
            "amount_minor": MINOR,
            "total_minor": SIGNED_MINOR,
            "tax_minor": SIGNED_MINOR,
            "plan": PLAN,
            "interval": INTERVAL,
            "reason": text(most=40),
            "period_starts_at": MOMENT,
            "period_ends_at": MOMENT,
        },
    ),
    EventType(
        "invoice.failed",
        "An attempt to be paid for an invoice failed. `attempt` is the how manieth it was.",
        by=BOOKS,
        fields={
            "invoice": ID,
            "currency": MONEY,
            "amount_minor": MINOR,
            "plan": PLAN,
            "interval": INTERVAL,
            "attempt": whole(),
        },
    ),
    EventType(
        "charge.refunded",
        "Money was given back. One that failed later is told by `refund.failed`.",
        by=BOOKS,
        fields={"refund": ID, "currency": MONEY, "amount_minor": MINOR, "reason": text(most=40)},
    ),
    EventType(
        "refund.failed",
        "Money that was to be given back came back to us.",
        by=BOOKS,
        fields={"refund": ID, "currency": MONEY, "amount_minor": MINOR},
    ),
    EventType(
        "charge.disputed",
        "A payment was called into question at its bank.",
        by=BOOKS,
        fields={"dispute": ID, "currency": MONEY, "amount_minor": MINOR, "reason": text(most=40)},
    ),
    EventType(
        "dispute.closed",
        "The bank decided about a payment that was called into question.",
        by=BOOKS,
        fields={"dispute": ID, "currency": MONEY, "amount_minor": MINOR, "outcome": text("won", "lost")},
    ),
    EventType(
        "budget.alert",
        "The spend on models passed a mark of a budget.",
        by="billing.budget_alerts",
        fields={
            "scope": text("user", "plan", "platform"),
            "plan": text(most=16),
            "period": text("day", "month"),
            "starts_at": MOMENT,
            "percent": whole(),
            "limit_micro_usd": USD,
            "spent_micro_usd": USD,
        },
    ),
)
