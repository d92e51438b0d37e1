"""Invoices and payment methods, as dj-stripe's tables have them; and asked for, when somebody is back from Stripe's pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from djstripe.models import Customer, Invoice, PaymentMethod

from accounts.models import User
from billing import provider, stripe_catalogue, stripe_client, stripe_mirror

ASKED_FOR: Final = 12
# Kinds of payment that are no card have no number that anybody knows.
CARD: Final = "card"


class StripePapers:
    """See `billing.provider.Papers`."""

    def invoices(self, user: User, *, most: int, skip: int = 0) -> list[provider.Invoice]:
        return [shown(row.stripe_data) for row in of(user).order_by("-created", "-djstripe_id")[skip : skip + most]]

    def owed(self, user: User) -> provider.Invoice | None:
        customer = stripe_mirror.known_customer_of(user)
        deciding = stripe_mirror.deciding(customer) if customer else None
        waits = deciding["latest_invoice"] if deciding and deciding.get("pending_update") else None
        row = of(user).filter(stripe_data__status="open").exclude(id=waits or "").order_by("created").first()
        return shown(row.stripe_data) if row else None

    def payment_method(self, user: User) -> provider.PaymentMethod | None:
        customer = Customer.objects.filter(subscriber=user).first()
        if customer is None:
            return None
        subscription = stripe_mirror.deciding(customer.id) or {}
        settings = customer.stripe_data.get("invoice_settings") or {}
        chosen = subscription.get("default_payment_method") or settings.get("default_payment_method")
        row = PaymentMethod.objects.filter(id=id_of(chosen)).first()
        return method_of(row.stripe_data) if row else None

    def payment_method_page(self, user: User) -> str:
        customer = stripe_mirror.known_customer_of(user)
        if customer is None:
            raise provider.NeverSubscribed
        back = settings.BASE_URL + reverse("billing:back")
        with known(), stripe_client.answering():
            wanted: Any = {
                "customer": customer,
                "configuration": stripe_catalogue.portal_id(),
                "return_url": back,
                "locale": "fr" if user.locale == "fr" else "en",
                "flow_data": {
                    "type": "payment_method_update",
                    "after_completion": {"type": "redirect", "redirect": {"return_url": f"{back}?done=card"}},
                },
            }
            return str(stripe_client.client().v1.billing_portal.sessions.create(wanted).url)


@contextmanager
def known() -> Iterator[None]:
    """A customer of whom Stripe does not know any more never subscribed, as far as anybody can tell."""
    try:
        yield
    except stripe_client.Refused as error:
        raise provider.NeverSubscribed from error


def fetch(customer: str) -> None:
    """Ask Stripe for a customer, what they pay with, and their newest invoices. Raises one of stripe_client.AWAY."""
    v1 = stripe_client.client().v1
    with transaction.atomic():
        stripe_mirror.lock(customer)
        found = v1.customers.retrieve(customer)
        if getattr(found, "deleted", False):
            return
        Customer.sync_from_stripe_data(found)
        for method in v1.customers.payment_methods.list(customer, {"limit": ASKED_FOR}).data:
            PaymentMethod.sync_from_stripe_data(method)
        # dj-stripe cannot keep a discount of which it is told the id alone.
        expanded = ["data.discounts", "data.lines.data.discounts"]
        for invoice in v1.invoices.list({"customer": customer, "limit": ASKED_FOR, "expand": expanded}).data:
            Invoice.sync_from_stripe_data(invoice)


def of(user: User) -> QuerySet[Invoice]:
    found: QuerySet[Invoice] = Invoice.objects.filter(customer__subscriber=user).exclude(stripe_data__status="draft")
    return found


def shown(data: dict[str, Any]) -> provider.Invoice:
    return provider.Invoice(
        id=data["id"],
        number=data.get("number") or "",
        created_at=datetime.fromtimestamp(data["created"], UTC),
        total=data["total"],
        currency=data["currency"],
        status=data["status"],
        page=data.get("hosted_invoice_url") or "",
        pdf=data.get("invoice_pdf") or "",
    )


def method_of(data: dict[str, Any]) -> provider.PaymentMethod:
    kind = data["type"]
    card = data.get(CARD) or {}
    # A card is good to the end of its month; the day is of no interest.
    expires = date(card["exp_year"], card["exp_month"], 1) if kind == CARD else None
    return provider.PaymentMethod(
        kind, card.get("display_brand") or card.get("brand", ""), card.get("last4", ""), expires
    )


def id_of(told: Any) -> str:
    """Return the id of an object that may be expanded; "" for none."""
    return str(told["id"] if isinstance(told, dict) else told or "")
