"""Refunds, which dj-stripe keeps only where a charge brings its own along; Stripe sends them apart."""

from __future__ import annotations

from typing import Any, Final

from django.dispatch import receiver
from djstripe.models import Event, Refund
from djstripe.signals import WEBHOOK_SIGNALS

from billing import stripe_client

TOLD: Final = [WEBHOOK_SIGNALS[name] for name in ("refund.created", "refund.failed", "refund.updated")]


@receiver(TOLD, sender=Event, dispatch_uid="billing.keep_refund")
def keep(event: Event, **_: Any) -> None:
    """Ask for a refund as it is now, and keep it with its charge. Raises one of stripe_client.AWAY."""
    Refund.sync_from_stripe_data(stripe_client.client().v1.refunds.retrieve(event.data["object"]["id"]))
