"""Tell visitors of a page apart for a day, and no longer, without keeping anything that leads to them.

A visitor is a number of 64 bits: a hash of address, program and page, keyed with a salt that all processes share, and
that is made anew at midnight UTC and then forgotten. It lives in Valkey alone. When Valkey loses it, whichever process
still knows it puts it back; when none does, whoever came before counts as another visitor once more that day.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from time import monotonic
from typing import Final

from analytics.collector import stream

AGREED_SECONDS: Final = 60
"""For so long a process believes the salt that it knows; then it asks again whether the others have the same."""

LONGER: Final = timedelta(minutes=10)
"""So much after midnight it is gone: the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class Salt:
    day: date
    value: bytes
    agreed_until: float


_held = Salt(date.min, b"", 0.0)


def number(salt: bytes, *, address: str, program: str, handle: str) -> int:
    """Return the visitor's number on a page. It differs on another page, and on another day."""
    told = "\0".join((address, program, handle)).encode(errors="replace")
    return int.from_bytes(blake2b(told, key=salt, digest_size=8).digest(), "big", signed=True)


def short(salt: bytes, address: str) -> str:
    """Return a name under which requests of an address are counted: the address itself is written nowhere."""
    return blake2b(address.encode(), key=salt, digest_size=8, person=b"limit").hexdigest()


def salt_of(now: datetime) -> bytes:
    """Return the salt of the day, agreed with the other processes; while Valkey is away, the one that this one knows."""
    global _held  # noqa: PLW0603  # one for the process
    day = now.astimezone(UTC).date()
    held = _held
    if held.day == day and monotonic() < held.agreed_until:
        return held.value
    mine = held.value if held.day == day else secrets.token_bytes(32)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    value = stream.agree(f"salt:{day}", mine, seconds=round((midnight - now + LONGER).total_seconds()))
    _held = Salt(day, value or mine, monotonic() + AGREED_SECONDS)
    return _held.value


def forget() -> None:
    """Forget the salt that this process knows."""
    global _held  # noqa: PLW0603
    _held = Salt(date.min, b"", 0.0)
