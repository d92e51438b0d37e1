"""The newest posts, as Home shows them."""

from __future__ import annotations

from typing import Final

from django.db.models import Prefetch

from accounts.models import User
from content.models import ChannelText, Content

SHOWN: Final = 5


def posts(user: User) -> list[Content]:
    """Return the newest texts that say something, each with its channels."""
    return list(
        Content.objects.for_user(user)
        .exclude(body="")
        .only("title", "body", "state", "origin", "platform", "created_at", "updated_at")
        .prefetch_related(Prefetch("channels", ChannelText.objects.order_by("pk").only("content_id", "channel")))
        .order_by("-id")[:SHOWN]
    )
