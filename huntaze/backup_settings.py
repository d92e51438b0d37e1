"""Where backups go, under which keys, how often, and how many are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import environ
from django.core.exceptions import ImproperlyConfigured

SHORTEST: Final = 43
"""Characters of a key: 256 bits, as letters and digits or in base64."""


@dataclass(frozen=True, slots=True)
class Backups:
    """`kept` is how many: of days, weeks and months."""

    bucket: str
    keys: list[str]
    hours: int
    kept: tuple[int, int, int]
    drill_days: int
    programs: str


def read(env: environ.Env, *, media_bucket: str) -> Backups:
    """Return the settings. Raises ImproperlyConfigured, naming the variable, never its value."""
    bucket = env.str("HUNTAZE_BACKUP_BUCKET", "")
    keys = [key.strip() for key in env.list("HUNTAZE_BACKUP_KEYS", default=[]) if key.strip()]
    if bucket and bucket == media_bucket:
        raise ImproperlyConfigured("HUNTAZE_BACKUP_BUCKET is the bucket of media: give backups one of their own")
    if bucket and not keys:
        raise ImproperlyConfigured("HUNTAZE_BACKUP_KEYS is missing: HUNTAZE_BACKUP_BUCKET takes nothing unencrypted")
    if any(len(key) < SHORTEST for key in keys) or len(set(keys)) != len(keys):
        raise ImproperlyConfigured(
            f"HUNTAZE_BACKUP_KEYS: each key has {SHORTEST} random characters or more, and stands there once"
        )
    return Backups(
        bucket,
        keys,
        hours=env.int("HUNTAZE_BACKUP_HOURS", 24),
        kept=(
            env.int("HUNTAZE_BACKUPS_DAILY", 7),
            env.int("HUNTAZE_BACKUPS_WEEKLY", 5),
            env.int("HUNTAZE_BACKUPS_MONTHLY", 3),
        ),
        drill_days=env.int("HUNTAZE_DRILL_DAYS", 7),
        programs=env.str("HUNTAZE_POSTGRESQL_PROGRAMS", ""),
    )
