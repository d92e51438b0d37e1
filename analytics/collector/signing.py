"""Names that a public page gives to itself, its posts and its links, signed: only what was on a page can be counted.

Without that, anybody could fill a creator's figures with posts and hosts of their own making.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.core.signing import BadSignature, Signer

LONGEST: Final = 600
# None of the parts can have it: a handle, an id, a host.
APART: Final = " "


class Forged(Exception):
    """The name was not made here, or under a key that is gone."""


def page(handle: str) -> str:
    """Return the name of a creator's page."""
    return _signed("page", handle)


def post(handle: str, content_id: object) -> str:
    """Return the name of a post on it."""
    return _signed("post", handle, str(content_id))


def link(handle: str, block_id: str, host: str) -> str:
    """Return the name of a link on it, in a part of the page, to a host."""
    return _signed("link", handle, block_id, host)


@lru_cache(maxsize=4_096)
def read(kind: str, name: str) -> tuple[str, ...]:
    """Return what a name was made of, the handle first. Raises Forged."""
    if len(name) > LONGEST:
        raise Forged
    try:
        said, *parts = _signer().unsign(name).split(APART)
    except BadSignature as error:
        raise Forged from error
    if said != kind:
        raise Forged
    return tuple(parts)


def _signed(*parts: str) -> str:
    return _signer().sign(APART.join(parts))


def _signer() -> Signer:
    return Signer(salt="analytics.collector")
