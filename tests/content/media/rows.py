"""Files as rows alone: for pages that show many of them, and need no bytes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import User
from content.models import Asset


def asset(user: User, name: str = "Beach", **fields: Any) -> Asset:
    now = timezone.now()
    made = Asset(
        user=user, name=name, kind="image", state="ready", size=1_000, media_type="image/jpeg",
        width=800, height=600, created_at=now, updated_at=now,
    )  # fmt: skip
    for field, value in fields.items():
        setattr(made, field, value)
    made.save()
    made.key = f"media/{user.pk}/{made.pk}/1/original.jpg"
    made.save(update_fields=["key"])
    made.refresh_from_db()
    return made
