"""Where people may log in with an account that they have elsewhere: Google and GitHub, each when it has keys."""

from __future__ import annotations

from typing import Any, Final

import environ

# Each with the origin to which the browser is sent: the Content-Security-Policy must allow the form that leads there.
ORIGINS: Final = {"google": "https://accounts.google.com", "github": "https://github.com"}


def configured(env: environ.Env) -> dict[str, dict[str, Any]]:
    """Return SOCIALACCOUNT_PROVIDERS: a provider is there when its client id and secret are set."""
    keys = {
        "google": (env.str("GOOGLE_CLIENT_ID", ""), env.str("GOOGLE_CLIENT_SECRET", "")),
        "github": (env.str("GITHUB_CLIENT_ID", ""), env.str("GITHUB_CLIENT_SECRET", "")),
    }
    return {
        provider: {"APPS": [{"client_id": client_id, "secret": secret}], "OAUTH_PKCE_ENABLED": True}
        for provider, (client_id, secret) in keys.items()
        if client_id and secret
    }


def origins(providers: dict[str, dict[str, Any]]) -> list[str]:
    return [ORIGINS[provider] for provider in providers]
