"""What a row says, and the answers that many of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """What a request to a route is answered, to each of PEOPLE. `data` is a form, or JSON for the API.

    What bad tokens and keys get follows from it: see `test_access.what_bad_keys_get`.
    """

    method: str
    statuses: tuple[int, int, int, int, int]
    data: dict[str, Any] = field(default_factory=dict)
    # Of the API, and open to everybody: nobody is asked who they are, so nothing about it can be wrong.
    public: bool = False


EVERYBODY = (200, 200, 200, 200, 200)
SWITCH = (302, 302, 302, 302, 302)
EVERYBODY_IN = (302, 200, 200, 200, 200)
CREATORS = (302, 403, 200, 200, 403)
CREATORS_DO = (302, 403, 302, 302, 403)
OWNER = (302, 403, 200, 404, 403)
OWNER_DOES = (302, 403, 302, 404, 403)
API_OWNER = (401, 404, 200, 404, 404)
