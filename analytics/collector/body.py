"""What a page tells of a visit: which page, where the visitor came from, and what they saw and followed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from analytics.collector import signing

LONGEST: Final = 16_384
MOST: Final = 20
HOST: Final = re.compile(r"(?=.{1,100}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
Named = TypeVar("Named")

FIELDS: Final = {"page", "from", "view", "posts", "links"}


class Malformed(Exception):
    """The body is not what a page of ours sends."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`came_from` is the host of the page with the link, "" for none. Of posts there are ids, of links part and host."""

    handle: str
    came_from: str
    is_view: bool
    posts: list[str]
    links: list[tuple[str, str]]

    def __len__(self) -> int:
        return int(self.is_view) + len(self.posts) + len(self.links)


def read(body: bytes, *, own_host: str) -> Visit:
    """Return what a body tells. Raises Malformed; also for a name that is not signed, or is of another page."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(told, dict) or not told.keys() <= FIELDS:
        raise Malformed
    try:
        (handle,) = signing.read("page", _text(told.get("page")))
        visit = Visit(
            handle,
            _host(told.get("from", ""), own_host),
            told.get("view", False) is True,
            _each(told.get("posts", []), lambda name: _post(handle, name)),
            _each(told.get("links", []), lambda name: _link(handle, name)),
        )
    except (signing.Forged, ValueError) as error:
        raise Malformed from error
    if not 0 < len(visit) <= MOST:
        raise Malformed
    return visit


def _post(handle: str, name: str) -> str:
    whose, content_id = signing.read("post", name)
    if whose != handle:
        raise Malformed
    return content_id


def _link(handle: str, name: str) -> tuple[str, str]:
    whose, block_id, host = signing.read("link", name)
    if whose != handle:
        raise Malformed
    return block_id, host


def _host(told: Any, own_host: str) -> str:
    """Return a host as it is counted: our own pages are no source of visitors, and "www." is no other place."""
    host = _text(told).lower().removeprefix("www.")
    return host if HOST.fullmatch(host) and host != own_host else ""


def _each(told: Any, read_one: Callable[[str], Named]) -> list[Named]:
    if not isinstance(told, list) or len(told) > MOST:
        raise Malformed
    return [read_one(_text(name)) for name in told]


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise Malformed
    return told
