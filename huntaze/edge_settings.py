"""The caches in front of us, which keep public pages and are told to forget one when it changes (docs/caching.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import environ


@dataclass(frozen=True, slots=True)
class Edge:
    """Each Varnish by its address, or one `cloudfront://DISTRIBUTION`; and what opens the door to purging."""

    caches: tuple[str, ...] = ()
    purge_key: str = ""


def read(env: environ.Env) -> Edge:
    return Edge(tuple(env.list("HUNTAZE_EDGE_CACHES", default=[])), env.str("HUNTAZE_EDGE_PURGE_KEY", ""))
