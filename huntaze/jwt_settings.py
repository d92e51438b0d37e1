"""The keys that sign tokens of API clients, as the environment has them."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 32


def named(entries: list[str]) -> list[tuple[str, str]]:
    """Return name and key of each "name:key". Raises ImproperlyConfigured for one that is no key, or too short to be one."""
    found: dict[str, str] = {}
    for entry in entries:
        name, _colon, key = entry.strip().partition(":")
        if not name or len(key) < SHORTEST:
            raise ImproperlyConfigured(
                f"HUNTAZE_JWT_KEYS: write each key as name:key, with at least {SHORTEST} random characters for the key"
            )
        if name in found:
            raise ImproperlyConfigured(f"HUNTAZE_JWT_KEYS has two keys with the name {name}")
        found[name] = key
    return list(found.items())
