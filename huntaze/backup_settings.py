"""Where backups go, under which keys, how often, and how many are kept."""

from __future__ import annotations

from typing import Any, Final

import environ
from django.core.exceptions import ImproperlyConfigured

SHORTEST: Final = 43
"""Characters of a key: 256 bits, as letters and digits or in base64."""


def names(env: environ.Env, *, media_bucket: str) -> dict[str, Any]:
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
    return {
        "BACKUP_BUCKET": bucket,
        "BACKUP_KEYS": keys,
        "BACKUP_HOURS": env.int("HUNTAZE_BACKUP_HOURS", 24),
        "BACKUPS_DAILY": env.int("HUNTAZE_BACKUPS_DAILY", 7),
        "BACKUPS_WEEKLY": env.int("HUNTAZE_BACKUPS_WEEKLY", 5),
        "BACKUPS_MONTHLY": env.int("HUNTAZE_BACKUPS_MONTHLY", 3),
        "DRILL_DAYS": env.int("HUNTAZE_DRILL_DAYS", 7),
        "POSTGRESQL_PROGRAMS": env.str("HUNTAZE_POSTGRESQL_PROGRAMS", ""),
    }
