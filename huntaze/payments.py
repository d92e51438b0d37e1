"""How Stripe is reached, and what is refused before anything starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import environ
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


def read(env: environ.Env, key: str, secret: str, production: bool) -> Payments:
    """Return the settings. Raises ImproperlyConfigured, naming the variable, never its value."""
    old_secret, api_host = env.str("STRIPE_WEBHOOK_SECRET_OLD", ""), env.str("STRIPE_API_HOST", "")
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


def names(payments: Payments) -> dict[str, Any]:
    """Return the settings that dj-stripe and `billing` read."""
    return {
        "STRIPE_LIVE_MODE": payments.is_live,
        "STRIPE_TEST_SECRET_KEY": payments.test_key,
        "STRIPE_LIVE_SECRET_KEY": payments.live_key,
        "STRIPE_API_VERSION": API_VERSION,
        "STRIPE_WEBHOOK_SECRETS": payments.secrets,
        "DJSTRIPE_FOREIGN_KEY_TO_FIELD": "id",
        # Its own migrations take their tables apart field by field, for minutes; ours make the same tables at once.
        # See docs/adr/0026-dj-stripes-tables-at-once.md.
        "MIGRATION_MODULES": {"djstripe": "billing.stripe_tables.migrations"},
        # Its pages of the admin write and delete what is Stripe's to say.
        "ADMIN_LEAVES_OUT": ["djstripe"],
        **({"STRIPE_API_HOST": payments.api_host} if payments.api_host else {}),
    }
