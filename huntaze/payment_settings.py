"""How Stripe is reached, and what is refused before anything starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured

API_VERSION: Final = "2026-05-27.dahlia"
"""That of the pinned `stripe` package and of dj-stripe, so that both send and store the same shapes."""

KEY: Final = re.compile(r"(sk|rk)_(?P<mode>test|live)_[A-Za-z0-9]{24,}")


@dataclass(frozen=True, slots=True)
class Payments:
    """`secrets` are those of the webhook: the current one, and the one before it while it is being replaced."""

    key: str
    is_live: bool
    secrets: tuple[str, ...]
    api_host: str

    @property
    def test_key(self) -> str:
        return "" if self.is_live else self.key

    @property
    def live_key(self) -> str:
        return self.key if self.is_live else ""

    @property
    def pages(self) -> list[str]:
        """Where Checkout and the customer portal are."""
        return [self.api_host] if self.api_host else ["https://checkout.stripe.com", "https://billing.stripe.com"]


def read(*, key: str, secret: str, old_secret: str, api_host: str, production: bool) -> Payments:
    """Return the settings. Raises ImproperlyConfigured, naming the variable, never its value."""
    match = KEY.fullmatch(key)
    if match is None:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is no secret key of Stripe: it begins with sk_test_ or sk_live_")
    is_live = match["mode"] == "live"
    secrets = tuple(one.strip() for one in (secret, old_secret) if one.strip())
    if not all(one.startswith("whsec_") and len(one) > len("whsec_") for one in secrets) or not secret.strip():
        raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRET is no secret of a webhook: it begins with whsec_")
    if is_live and not production:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is a live one: outside production, money is not moved")
    if api_host and (is_live or production):
        raise ImproperlyConfigured("STRIPE_API_HOST is for a simulator: leave it out in production and in live mode")
    return Payments(key, is_live, secrets, api_host.rstrip("/"))
