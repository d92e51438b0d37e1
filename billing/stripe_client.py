"""The client for what we ask of Stripe, and the settings of the one that dj-stripe uses. No other file imports `stripe`
for calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

import stripe
from django.conf import settings

from billing.provider import PaymentsUnavailable

TIMEOUT_SECONDS: Final = 10
RETRIES: Final = 2

AWAY: Final = (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError)
"""What a call raises when Stripe cannot be reached or does not answer as it should: worth another try."""

Refused: Final = stripe.InvalidRequestError
"""What a call raises when Stripe does not allow it, as a rule because it was done before."""


@contextmanager
def answering() -> Iterator[None]:
    """Say in the words of the interface that Stripe is away."""
    try:
        yield
    except AWAY as error:
        raise PaymentsUnavailable from error


def client() -> stripe.StripeClient:
    """Return the client for the configured account."""
    key = getattr(settings, "STRIPE_LIVE_SECRET_KEY", "") or getattr(settings, "STRIPE_TEST_SECRET_KEY", "")
    return _client(key, getattr(settings, "STRIPE_API_HOST", ""))


def configure() -> None:
    """Let the calls of dj-stripe, which go through the package's own state, speak the same version, and give up in time."""
    stripe.api_version = version()
    stripe.max_network_retries = RETRIES
    stripe.default_http_client = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)


def version() -> str:
    """Return the version of the API that is spoken; the settings take it from one place."""
    return str(getattr(settings, "STRIPE_API_VERSION", stripe.api_version))


@lru_cache(maxsize=4)
def _client(key: str, host: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=version(),
        base_addresses={"api": host} if host else {},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
