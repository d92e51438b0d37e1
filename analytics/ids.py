"""Ids of events that are made before their rows: a UUID of version 7, which sorts by time as the database's own do."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID


def fresh(at: datetime) -> UUID:
    """Return an id for something that happened at a moment."""
    return _made(at, secrets.token_bytes(10))


def known(key: str, at: datetime) -> UUID:
    """Return the id of what `key` names and that happened at a moment: always the same, so that it is kept once."""
    return _made(at, hashlib.sha256(key.encode()).digest()[:10])


def _made(at: datetime, rest: bytes) -> UUID:
    value = int(at.timestamp() * 1_000) << 80 | int.from_bytes(rest, "big")
    # The bits of RFC 9562 that say which version it is, and of which family.
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
