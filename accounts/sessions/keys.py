"""The keys that sign tokens: the first signs, all of them verify, so that a new one signs nobody out.

They come from HUNTAZE_JWT_KEYS, each with a name; without it they are derived from the secret key and its fallbacks.
"""

from __future__ import annotations

import functools
import hashlib
import hmac

from django.conf import settings

PURPOSE = b"huntaze tokens of API clients"


def ring() -> dict[str, bytes]:
    """Return the keys by their names, the one that signs first."""
    return of(tuple(settings.JWT_KEYS), settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@functools.lru_cache(maxsize=16)
def of(named: tuple[tuple[str, str], ...], secret: str, fallbacks: tuple[str, ...]) -> dict[str, bytes]:
    if named:
        return {name: key.encode() for name, key in named}
    derived = [hmac.new(each.encode(), PURPOSE, hashlib.sha256).digest() for each in (secret, *fallbacks)]
    return {hashlib.sha256(key).hexdigest()[:12]: key for key in derived}
