"""What came in and went back is an event, once, however often and in whatever order Stripe tells of it."""

from __future__ import annotations

from typing import Any

import pytest
from djstripe.models import Invoice

from accounts.models import Tier
from analytics.models import Event
from tests.billing.stripe.paying import Payer, send

pytestmark = pytest.mark.django_db


def told(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(event=name).order_by("created_at", "pk").values_list("data", flat=True))


@pytest.mark.parametrize("order", ["as it came", "backwards", "twice"])
def test_a_paid_invoice_is_one_event_with_what_revenue_needs(payer: Payer, order: str) -> None:
    payer.subscribe(Tier.PRO)
    sent = payer.events()
    sent = {"as it came": sent, "backwards": sent[::-1], "twice": [*sent, *sent]}[order]
    for event in sent:
        send(event)

    (data,) = told("invoice.paid")
    invoice = Invoice.objects.get()
    paid = invoice.stripe_data
    assert data["invoice"] == str(invoice.djstripe_id)
    assert (data["amount_minor"], data["total_minor"], data["currency"]) == (paid["amount_paid"], paid["total"], "eur")
    assert (data["plan"], data["interval"], data["reason"]) == ("pro", "month", "subscription_create")
    assert data["tax_minor"] == 0
    assert data["period_starts_at"] < data["period_ends_at"]
    row = Event.objects.get(event="invoice.paid")
    assert (row.user, row.created_at.timestamp()) == (payer.user, paid["status_transitions"]["paid_at"])


def test_a_failed_payment_is_told_with_its_attempt(payer: Payer) -> None:
    payer.subscribe(Tier.PRO, card="pm_card_chargeCustomerFail", payment_behavior="allow_incomplete")
    sent = payer.events()
    for event in [*sent, *sent]:
        send(event)

    (data,) = told("invoice.failed")
    assert (data["amount_minor"], data["attempt"], data["plan"]) == (2900, 1, "pro")
    assert told("invoice.paid") == []


def test_refunds_and_disputes_are_told_once(payer: Payer) -> None:
    payer.subscribe(Tier.PRO)
    payer.deliver()
    charge = payer.v1.charges.list({"customer": payer.customer}).data[0].id
    payer.v1.refunds.create({"charge": charge, "amount": 1000, "reason": "requested_by_customer"})
    payer.account.control("dispute", charge=charge)
    sent = payer.events()
    for event in [*sent, *sent[::-1]]:
        send(event)

    (refund,) = told("charge.refunded")
    assert (refund["amount_minor"], refund["currency"], refund["reason"]) == (1000, "eur", "requested_by_customer")
    (dispute,) = told("charge.disputed")
    assert (dispute["amount_minor"], dispute["currency"]) == (2900, "eur")
    assert len(told("invoice.paid")) == 1


def test_a_trial_begins_and_is_paid_once(payer: Payer) -> None:
    made = payer.subscribe(Tier.PRO, trial_period_days=14)
    sent = payer.events()
    for event in [*sent, *sent]:
        send(event)

    (began,) = told("trial.started")
    assert (began["plan"], began["interval"], began["currency"]) == ("pro", "month", "eur")
    assert told("invoice.paid") == []
    payer.v1.subscriptions.update(made.id, {"trial_end": "now"})
    sent = payer.events()
    for event in [*sent, *sent]:
        send(event)

    (ended,) = told("trial.ended")
    assert (ended["outcome"], ended["plan"]) == ("converted", "pro")
    assert len(told("invoice.paid")) == 1
