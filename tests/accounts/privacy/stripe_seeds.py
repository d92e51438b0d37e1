"""A row of each of dj-stripe's tables that lead to a customer."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import ForeignKey, Model
from djstripe import models as djstripe

from billing import stripe_privacy
from billing.models import WebhookEvent
from tests.accounts.privacy.marking import NOW, Seed, Seeds, mark, marks

FILLED: Final[dict[str, Any]] = {"amount": 1, "currency": "eur", "status": "", "remote_ip": "192.0.2.9"}


def seed(model: type[Model]) -> Seed:
    """Return what makes a row: a mark in each text, and a key to each row that leads on to the account."""
    known = {*stripe_privacy.LED_TO, djstripe.Customer, djstripe.Event}

    def make(seeds: Seeds) -> Model:
        fields = {field.name: field for field in model._meta.concrete_fields}
        values: dict[str, Any] = {name: value for name, value in FILLED.items() if name in fields}
        if model is djstripe.Customer:
            values["subscriber"] = seeds.user
        if model is djstripe.Event:
            customer = seeds.of(djstripe.Customer).id
            words = mark(model, "stripe_data")
            values["stripe_data"] = {"data": {"object": {"customer": customer, "description": words}}}
        way = stripe_privacy.LED_TO.get(model, "").partition("__")[0]
        for name, field in fields.items():
            wanted = name == way or not field.null
            if isinstance(field, ForeignKey) and name not in values and field.related_model in known and wanted:
                values[name] = seeds.of(field.related_model)
        if model is djstripe.WebhookEventTrigger:
            values["event"] = seeds.of(djstripe.Event)
        found = {name: value for name, value in marks(model).items() if name not in values}
        seeds.expected += [(model._meta.label, name, mark(model, name)) for name in found]
        return model._base_manager.create(**found | values)

    return make


def webhook(seeds: Seeds) -> Model:
    """Return what nobody has worked on yet: only the customer leads to the account."""
    customer = seeds.of(djstripe.Customer).id
    found: Model = seeds.marked(WebhookEvent, customer=customer, received_at=NOW, next_attempt_at=NOW)
    return found


SEEDS: Final[dict[type[Model], Seed]] = {
    WebhookEvent: webhook,
    **{model: seed(model) for model in (*stripe_privacy.LED_TO, *stripe_privacy.LOGS, djstripe.Customer)},
}
