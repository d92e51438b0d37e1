"""What a row says, and the answers that many of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """What a request to a route is answered, to each of PEOPLE. `data` is a form, or JSON for the API."""

    method: str
    statuses: tuple[int, int, int, int, int]
    data: dict[str, Any] = field(default_factory=dict)


EVERYBODY = (200, 200, 200, 200, 200)
SWITCH = (302, 302, 302, 302, 302)
EVERYBODY_IN = (302, 200, 200, 200, 200)
CREATORS = (302, 403, 200, 200, 403)
CREATORS_DO = (302, 403, 302, 302, 403)
OWNER = (302, 403, 200, 404, 403)
OWNER_DOES = (302, 403, 302, 404, 403)
API_OWNER = (401, 404, 200, 404, 404)
