from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def backups_have_a_place(**_kwargs: Any) -> list[checks.CheckMessage]:
    if settings.BACKUP_BUCKET:
        return []
    return [
        checks.Warning(
            "Nothing is backed up.",
            hint="Set HUNTAZE_BACKUP_BUCKET and HUNTAZE_BACKUP_KEYS (docs/backups.md).",
            id="backups.W001",
        )
    ]
