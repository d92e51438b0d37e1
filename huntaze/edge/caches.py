"""The caches in front of us, as the settings name them, and how each is told to forget pages."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from huntaze.edge import cloudfront, http_purge


class Cache(Protocol):
    """One kind of cache.

    `rounds` says how long after a change it is told, once for each entry: a page that was being made before the change
    may reach the cache after the first.
    """

    rounds: Sequence[timedelta]
    # Whether it is told as soon as the change is there; else changes are gathered until the next sweep.
    at_once: bool

    def forget(self, tags: Sequence[str]) -> None:
        """Throw away every page that carries one of the tags. Safe to repeat. Raises NotForgotten."""


SCHEMES: Final = ("http", "https", "cloudfront")


def configured() -> Cache | None:
    """Return what HUNTAZE_EDGE_CACHES names; None when nothing stands in front."""
    return read(settings.EDGE.caches, settings.EDGE.purge_key)


@functools.cache
def read(addresses: tuple[str, ...], key: str) -> Cache | None:
    """Return the cache that addresses stand for. Raises ImproperlyConfigured."""
    if not addresses:
        return None
    schemes = {urlsplit(address).scheme for address in addresses}
    if schemes <= {"http", "https"}:
        if not key:
            raise ImproperlyConfigured("HUNTAZE_EDGE_PURGE_KEY is missing: the caches let nobody purge without it")
        return http_purge.HttpPurge(addresses, key)
    if schemes == {"cloudfront"} and len(addresses) == 1:
        return cloudfront.CloudFront(urlsplit(addresses[0]).netloc)
    raise ImproperlyConfigured(
        f"HUNTAZE_EDGE_CACHES is {','.join(addresses)!r}: name one cloudfront://DISTRIBUTION, or each cache by http://…"
    )
