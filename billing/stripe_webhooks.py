"""What Stripe tells us, at /api/webhooks/stripe: verified here, then handed to dj-stripe, under a lock for each customer.

An answer of 2xx says that all of it is done and committed. For anything else Stripe sends it again, for three days, so a
process that dies, a database or a Stripe that is away cost time and nothing more.
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any, Final

import stripe
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from djstripe import signals
from djstripe.models import Event, WebhookEndpoint, WebhookEventTrigger

from billing import stripe_mirror

logger = logging.getLogger(__name__)

ENDPOINT: Final = "we_huntaze"
TOLERANCE_SECONDS: Final = 300
LARGEST: Final = 1 << 20


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def receive(request: HttpRequest) -> HttpResponse:
    """Take one event. 400, and nothing is stored, for what Stripe did not sign in the last minutes, or not for us."""
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    secret = verified_by(request.body, request.headers.get("Stripe-Signature", ""))
    event = parsed(request.body) if secret else None
    if secret is None or event is None:
        logger.warning("A webhook was refused: it is not signed by Stripe, or is no event for this account")
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if Event.objects.filter(id=event["id"]).exists():
        # It was done, and committed with its effects; what is not done has no row.
        return HttpResponse(status=HTTPStatus.OK)
    endpoint = the_endpoint(request)
    # dj-stripe knows one secret, in its table. It is given the one that fits, and the table none.
    endpoint.secret = secret
    WebhookEventTrigger.from_request(request, webhook_endpoint=endpoint)
    return HttpResponse(status=HTTPStatus.OK)


def verified_by(body: bytes, signature: str) -> str | None:
    """Return the secret that a body was signed with, of those that are configured; None when with none of them."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            if secret:
                stripe.WebhookSignature.verify_header(body.decode(), signature, secret, TOLERANCE_SECONDS)
                return str(secret)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
    return None


def parsed(body: bytes) -> dict[str, Any] | None:
    """Return the event; None when it is none, is of the other mode, or is about an account connected to ours."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("object") != "event" or not isinstance(event.get("id"), str):
        return None
    if event.get("livemode") is not settings.STRIPE_LIVE_MODE or event.get("account"):
        return None
    return event


def the_endpoint(request: HttpRequest) -> WebhookEndpoint:
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        id=ENDPOINT,
        defaults={
            "livemode": settings.STRIPE_LIVE_MODE,
            "url": request.build_absolute_uri(request.path),
            "enabled_events": ["*"],
            "status": "enabled",
            "api_version": settings.STRIPE_API_VERSION,
            "djstripe_tolerance": TOLERANCE_SECONDS,
        },
    )
    return endpoint


@receiver(signals.webhook_pre_process, sender=WebhookEventTrigger, dispatch_uid="billing.lock_customer")
def lock_customer(instance: WebhookEventTrigger, **_: Any) -> None:
    """From here on nobody else reads Stripe for this customer and writes what they read."""
    if customer := stripe_mirror.customer_id(instance.json_body["data"]["object"]):
        stripe_mirror.lock(customer)


@receiver(signals.webhook_post_process, sender=WebhookEventTrigger, dispatch_uid="billing.refresh_account")
def refresh_account(instance: WebhookEventTrigger, **_: Any) -> None:
    """Bring the account in line, in the transaction that keeps the event; whatever the event was."""
    if customer := stripe_mirror.customer_id(instance.json_body["data"]["object"]):
        stripe_mirror.refresh(customer, now=timezone.now())
