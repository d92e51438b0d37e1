"""Caches that forget by a PURGE request which names tags: Varnish with our `varnish.vcl`, or another that is taught to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import httpx2

from huntaze.edge.failing import NotForgotten

TIMEOUT_SECONDS: Final = 5
MOST_TAGS: Final = 100
"""In one request: a header has its limit."""


class HttpPurge:
    """Every node is told, for each has pages of its own."""

    # A page takes at most some seconds to make.
    rounds: Sequence[timedelta] = (timedelta(0), timedelta(seconds=10))
    at_once = True

    def __init__(self, addresses: Sequence[str], key: str) -> None:
        self.addresses = addresses
        self.key = key

    def forget(self, tags: Sequence[str]) -> None:
        failed = []
        with httpx2.Client(timeout=TIMEOUT_SECONDS) as client:
            for address in self.addresses:
                try:
                    for start in range(0, len(tags), MOST_TAGS):
                        self.purge(client, address, tags[start : start + MOST_TAGS])
                except httpx2.HTTPError as error:
                    # The others are told all the same.
                    failed.append(f"{address}: {type(error).__name__} {error}")
        if failed:
            raise NotForgotten("; ".join(failed))

    def purge(self, client: httpx2.Client, address: str, tags: Sequence[str]) -> None:
        headers = {"Surrogate-Key": " ".join(tags), "X-Purge-Key": self.key}
        client.request("PURGE", address, headers=headers).raise_for_status()
