"""What dj-stripe's tables hold about people, and that a customer of Stripe's goes with the account.

Stripe keeps what the law makes it keep; see its own notice. Here the whole of what it sent is treated as personal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from djstripe import models as djstripe

from accounts import privacy
from accounts.models import User
from accounts.privacy import retention
from billing import stripe_client, stripe_events
from billing.models import WebhookEvent

PURPOSE: Final = _("What you buy, and how you pay for it")
# What a row is called, and when it was stored: nothing of it says anything about a person.
FREE: Final = frozenset({"djstripe_id", "djstripe_created", "djstripe_updated", "djstripe_owner_account", "livemode"})

# In the order in which rows go: what points at others comes before them. With the way from a row to the account.
LED_TO: Final[dict[type[Model], str]] = {
    apps.get_model("djstripe", name): way
    for name, way in (
        ("Mandate", "payment_method__customer__subscriber"),
        ("Refund", "charge__customer__subscriber"),
        ("Dispute", "charge__customer__subscriber"),
        ("Session", "customer__subscriber"),
        ("Discount", "customer__subscriber"),
        ("LineItem", "subscription__customer__subscriber"),
        ("InvoiceItem", "customer__subscriber"),
        ("Invoice", "customer__subscriber"),
        ("Charge", "customer__subscriber"),
        ("PaymentIntent", "customer__subscriber"),
        ("SetupIntent", "customer__subscriber"),
        ("SubscriptionSchedule", "customer__subscriber"),
        ("SubscriptionItem", "subscription__customer__subscriber"),
        ("Subscription", "customer__subscriber"),
        ("TaxId", "customer__subscriber"),
        ("SourceTransaction", "source__customer__subscriber"),
        ("Source", "customer__subscriber"),
        ("PaymentMethod", "customer__subscriber"),
    )
}
# These lead to nobody but by what Stripe wrote into them.
LOGS: Final = (djstripe.WebhookEventTrigger, djstripe.Event)


def declare() -> None:
    retention.declare(
        retention.Rule(
            "webhooks",
            days=400,
            label=_("What the payment provider told"),
            why=_("For as long as a payment of a year’s plan may be asked about."),
            least=90,
            most=400,
            remove=stripe_events.forget,
        )
    )
    privacy.register(received(), *records())
    declared = {*LED_TO, *LOGS, djstripe.Customer}
    for model in apps.get_app_config("djstripe").get_models(include_auto_created=True):
        if model not in declared:
            privacy.free(model, "of our own account at Stripe, of its catalogue, or of products that we do not use")


def received() -> privacy.Record:
    return privacy.Record(
        WebhookEvent,
        person="user",
        purpose=PURPOSE,
        basis=privacy.Basis.CONTRACT,
        kept=_("As long as the account, and at most 400 days"),
        personal=["event_id", "type", "customer", "payload", "received_at"],
        free=["id", "processed_at", "attempts", "next_attempt_at", "error_class", "error_text"],
        find=webhooks,
        # Before the customers, which lead to what nobody has worked on yet.
        turn=privacy.Turn.FIRST,
    )


def webhooks(user: User) -> QuerySet[WebhookEvent]:
    """Return what Stripe told of somebody, also while nobody has asked whose the customer is."""
    ids = djstripe.Customer.objects.filter(subscriber=user).values("id")
    return WebhookEvent.objects.filter(Q(user=user) | Q(customer__in=ids))


def records() -> Iterator[privacy.Record]:
    yield record(djstripe.WebhookEventTrigger, find=triggers)
    yield record(djstripe.Event, find=events)
    for model, way in LED_TO.items():
        yield record(model, person=way)
    yield record(djstripe.Customer, person="subscriber", erased=privacy.Deleted(before=leave_stripe))


def record(
    model: type[Model], *, person: str = "", find: object = None, erased: privacy.Deleted | None = None
) -> privacy.Record:
    root = person.partition("__")[0]
    names = [field.name for field in model._meta.concrete_fields if field.name != root]
    return privacy.Record(
        model,
        person=person,
        purpose=PURPOSE,
        basis=privacy.Basis.CONTRACT,
        kept=privacy.WITH_ACCOUNT,
        personal=[name for name in names if name not in FREE],
        free=[name for name in names if name in FREE],
        erased=erased or privacy.Deleted(),
        find=find,  # type: ignore[arg-type]
    )


def events(user: User) -> QuerySet[djstripe.Event]:
    """Return the events about a customer, by who they are about."""
    ids = list(djstripe.Customer.objects.filter(subscriber=user).values_list("id", flat=True))
    about = Q(stripe_data__data__object__customer__in=ids) | Q(stripe_data__data__object__id__in=ids)
    found: QuerySet[djstripe.Event] = djstripe.Event.objects.filter(about)
    return found


def triggers(user: User) -> QuerySet[djstripe.WebhookEventTrigger]:
    found: QuerySet[djstripe.WebhookEventTrigger] = djstripe.WebhookEventTrigger.objects.filter(event__in=events(user))
    return found


def leave_stripe(rows: Sequence[djstripe.Customer]) -> None:
    """Delete customers at Stripe, which ends what they subscribe to. Raises one of stripe_client.AWAY."""
    for row in rows:
        # It may be gone already.
        with suppress(stripe_client.Refused):
            stripe_client.client().v1.customers.delete(row.id)
