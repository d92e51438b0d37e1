"""What Stripe tells us, at /api/webhooks/stripe: verified and kept here, done by a worker (`stripe_events`).

An answer of 2xx says that it is committed; for anything else Stripe sends it again, for three days. Stripe is not asked
for anything meanwhile, and a queue that is away does not matter: the sweep finds what was kept.
"""

from __future__ import annotations

import functools
import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import stripe
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing import stripe_events, tasks

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
        body, signature = request._request.body, request.headers.get("Stripe-Signature", "")
        receive(body, signature, now=timezone.now())
        return Response(status=HTTPStatus.OK)


def receive(body: bytes, signature: str, *, now: datetime) -> None:
    """Keep one event and tell the workers; return once it is committed. Raises UnsignedWebhook."""
    event = parsed(body) if is_signed(body, signature) else None
    if event is None:
        raise UnsignedWebhook
    id = stripe_events.keep(event, body.decode(), now=now)
    if id is not None:
        transaction.on_commit(functools.partial(tasks.process_soon, id))


def is_signed(body: bytes, signature: str) -> bool:
    """Say whether a body was signed in the last minutes, with one of the secrets that are configured."""
    for secret in getattr(settings, "STRIPE_WEBHOOK_SECRETS", ()):
        try:
            if secret:
                verify: Any = stripe.WebhookSignature.verify_header
                verify(body.decode(), signature, secret, TOLERANCE_SECONDS)
                return True
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
    return False


def parsed(body: bytes) -> dict[str, Any] | None:
    """Return the event; None when it is none, is of the other mode, or is about an account connected to ours."""
    try:
        event = json.loads(body)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("object") != "event":
        return None
    if not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
        return None
    data = event.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("object"), dict):
        return None
    if event.get("livemode") is not getattr(settings, "STRIPE_LIVE_MODE", False) or event.get("account"):
        return None
    return event
