"""What a creator is told in the app about their publications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import notifications
from content.models import Channel, Content, Publication
from content.publishing import failures

LATE_SECONDS = 600


def declare() -> None:
    notifications.declare("publication-due", icon="bell-ring", level="warn", text=due_words)
    notifications.declare("publication-published", icon="circle-check", level="ok", text=published_words)
    notifications.declare("publication-failed", icon="circle-alert", level="bad", text=failed_words)


def reminded(row: Publication, content: Content, *, now: datetime) -> None:
    tell(row, content, "publication-due", {}, now=now)


def published(row: Publication, content: Content, *, now: datetime) -> None:
    tell(row, content, "publication-published", {"late": (now - row.due_at).total_seconds()}, now=now)


def failed(row: Publication, content: Content, *, now: datetime) -> None:
    tell(row, content, "publication-failed", {"code": row.error_code}, now=now)


def tell(row: Publication, content: Content, kind: str, data: dict[str, Any], *, now: datetime) -> None:
    notifications.notify(
        row.user,
        kind,
        {"title": str(content)[:80], "channel": row.channel, **data},
        url=reverse("content:publication", args=[row.pk]),
        # Each try may tell of itself once; a second reminder after a snooze is a new try.
        key=f"{kind}:{row.pk}:{row.claim}",
        now=now,
    )


def due_words(data: dict[str, Any]) -> str:
    return _("Time to post on %(channel)s: %(title)s") % named(data)


def published_words(data: dict[str, Any]) -> str:
    if data["late"] > LATE_SECONDS:
        return _("Published late on %(channel)s, since publishing was out of order: %(title)s") % named(data)
    return _("Published on %(channel)s: %(title)s") % named(data)


def failed_words(data: dict[str, Any]) -> str:
    words = _("Not published on %(channel)s: %(title)s") % named(data)
    return f"{words}. {failures.explain(data['code']).what}"


def named(data: dict[str, Any]) -> dict[str, Any]:
    return {"title": data["title"], "channel": Channel(data["channel"]).label}
