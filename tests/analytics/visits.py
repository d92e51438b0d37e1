"""Visits as the tests make them, and what is in the stream."""

from __future__ import annotations

import json
from typing import Any, Final, cast

from django.test import Client

from analytics.collector import signing, stream, visitors
from analytics.collector.stream import Entry
from analytics.ingest import reading

FIREFOX: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
    " Mobile/15E148 Safari/604.1"
)
GOOGLEBOT: Final = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
HEADERS: Final = {"User-Agent": FIREFOX, "Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


def tell(
    handle: str = "nadia",
    *,
    client: Client | None = None,
    headers: dict[str, str] | None = None,
    came_from: str = "",
    **told: Any,
) -> int:
    """Send what a page tells, and return the status of the answer."""
    body = {"page": signing.page(handle), "from": came_from, **(told or {"view": True})}
    return send(json.dumps(body), client=client, headers=headers)


def send(body: str | bytes, *, client: Client | None = None, headers: dict[str, str] | None = None) -> int:
    given = {name: value for name, value in {**HEADERS, **(headers or {})}.items() if value}
    response = (client or Client()).post("/collect", body, content_type="text/plain;charset=UTF-8", headers=given)
    assert response.content == b""
    return response.status_code


def waiting() -> list[Entry]:
    """Return what is in the stream, the oldest first."""
    return [stream.unpacked(fields[stream.FIELD]) for fields in told_in(stream.STREAM)]


def told_in(name: str) -> list[dict[str, str]]:
    rows = cast(Any, reading.client().xrange(name))
    return [fields for _id, fields in rows]


def forget_all() -> None:
    """Bring what a process knows of visits to where it is when it starts."""
    visitors.forget()
    stream.forget()
    reading.client.cache_clear()
