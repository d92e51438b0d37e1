"""Posts JSON, with a second and a third try when the other side is away."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus

TRIES = 3
SECONDS = 10


class Refused(Exception):
    """Nobody took it. The text has the status or the kind of error and never the address, which may be a secret."""


def post(url: str, body: Mapping[str, object], *, sleep: Callable[[float], None] | None = None) -> str:
    """Post and return what was answered. Raises Refused."""
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise Refused("the address is not one of https")
    request = urllib.request.Request(  # noqa: S310  # looked at above
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    said = ""
    for attempt in range(TRIES):
        if attempt:
            (sleep or time.sleep)(2.0**attempt)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # looked at above
                return str(answer.read(10_000).decode(errors="replace"))
        except urllib.error.HTTPError as error:
            said = f"HTTP {error.code}"
            if error.code < HTTPStatus.INTERNAL_SERVER_ERROR and error.code != HTTPStatus.TOO_MANY_REQUESTS:
                break
        except (OSError, ValueError) as error:
            said = type(error).__name__
    raise Refused(said)
