"""What Stripe tells us, at /api/webhooks/stripe: verified here, then handed to dj-stripe, under a lock for each customer.

An answer of 2xx says that all of it is done and committed. For anything else Stripe sends it again, for three days, so a
process that dies, a database or a Stripe that is away cost time and nothing more.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

import stripe
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from djstripe import signals
from djstripe.models import Event, WebhookEndpoint, WebhookEventTrigger
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing import stripe_client, stripe_mirror

ENDPOINT: Final = "we_huntaze"
TOLERANCE_SECONDS: Final = 300


class UnsignedWebhook(Exception):
    """What came is not signed by Stripe, is too old, or is about another account or mode. Nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__("This is no event that Stripe signed for this account in the last minutes.")


class StripeWebhook(APIView):
    """What Stripe tells us. The signature is all that lets an event in."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    @extend_schema(operation_id="stripe_webhook", request=OpenApiTypes.OBJECT, responses={200: None}, auth=[])
    def post(self, request: Request) -> Response:
        receive(request._request)
        return Response(status=HTTPStatus.OK)


def receive(request: HttpRequest) -> None:
    """Take one event, and return when all of it is done. Raises UnsignedWebhook; a crash is for Stripe to come again."""
    secret = verified_by(request.body, request.headers.get("Stripe-Signature", ""))
    event = parsed(request.body) if secret else None
    if secret is None or event is None:
        raise UnsignedWebhook
    if Event.objects.filter(id=event["id"]).exists():
        # It was done, and committed with its effects; what is not done has no row.
        return
    endpoint = the_endpoint(request)
    # dj-stripe knows one secret, in its table. It is given the one that fits, and the table none.
    endpoint.secret = secret
    WebhookEventTrigger.from_request(request, webhook_endpoint=endpoint)


def verified_by(body: bytes, signature: str) -> str | None:
    """Return the secret that a body was signed with, of those that are configured; None when with none of them."""
    for secret in getattr(settings, "STRIPE_WEBHOOK_SECRETS", ()):
        try:
            if secret:
                verify: Any = stripe.WebhookSignature.verify_header
                verify(body.decode(), signature, secret, TOLERANCE_SECONDS)
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
    if event.get("livemode") is not getattr(settings, "STRIPE_LIVE_MODE", False) or event.get("account"):
        return None
    return event


def the_endpoint(request: HttpRequest) -> WebhookEndpoint:
    endpoint, _ = WebhookEndpoint.objects.get_or_create(
        id=ENDPOINT,
        defaults={
            "livemode": getattr(settings, "STRIPE_LIVE_MODE", False),
            "url": request.build_absolute_uri(request.path),
            "enabled_events": ["*"],
            "status": "enabled",
            "api_version": stripe_client.version(),
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
