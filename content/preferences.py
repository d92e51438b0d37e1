"""The `Prefer` header (RFC 7240): how long a client will wait for its text."""

from __future__ import annotations

import re
from typing import Final

LONGEST_WAIT_SECONDS: Final = 60

WAIT: Final = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


def parse(header: str, *, default: int) -> int:
    """Return the seconds to wait: 0 for `respond-async`, N for `wait=N` up to a minute.

    As the RFC asks, what is not understood is ignored.
    """
    preferences = [preference.strip() for preference in header.split(",")]
    for preference in preferences:
        if found := WAIT.fullmatch(preference):
            return min(int(found[1]), LONGEST_WAIT_SECONDS)
    return 0 if "respond-async" in (preference.lower() for preference in preferences) else default
