"""The log of where texts come from. It is only ever added to; the database refuses anything else."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from content.models import Content, Origin, ProvenanceEntry, Variant

LONG_ENOUGH: Final = 40
"""Characters of a line by which it is known again."""
REMEMBERED: Final = 30
Action = ProvenanceEntry.Action
OF_WORDS: Final = (Action.GENERATED, Action.REWRITTEN, Action.EDITED, Action.RESTORED)


def fingerprint(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def record(
    content: Content,
    action: str,
    *,
    text: str,
    now: datetime,
    origin: str | None = None,
    channel: str = "",
    model: str = "",
    generation_id: UUID | None = None,
) -> ProvenanceEntry:
    """Add a step to a text's log, in the caller's transaction. `origin` is the content's own unless it is told."""
    return ProvenanceEntry.objects.create(
        user_id=content.user_id,
        content_id=content.pk,
        action=action,
        origin=origin or content.origin,
        channel=channel,
        model=model,
        generation_id=generation_id,
        text_sha256=fingerprint(text),
        created_at=now,
    )


def of(content: Content, *, limit: int = 100) -> list[ProvenanceEntry]:
    """Return the newest steps of a content's log, the newest first."""
    return list(ProvenanceEntry.objects.filter(content_id=content.pk).order_by("-created_at", "-pk")[:limit])


def newest(content: Content) -> dict[str, bytes]:
    """Return the fingerprint of the words that were logged last for each place: a channel, or "" for the shared text."""
    rows = (
        ProvenanceEntry.objects.filter(content_id=content.pk, action__in=OF_WORDS)
        .order_by("channel", "-created_at", "-pk")
        .distinct("channel")
    )
    return {row.channel: bytes(row.text_sha256) for row in rows}


def follows(content: Content, body: str, *, before: str, origin: str) -> str:
    """Return the origin of a text of `origin` that its creator edited from `before` to `body`.

    What a model wrote for this content is known again when it is pasted, and not only when it is inserted.
    """
    if not body.strip():
        return Origin.HUMAN
    if origin == Origin.HUMAN:
        return known(content, body)
    return Origin.AI_ASSISTED if body != before else origin


def known(content: Content, body: str) -> str:
    written = list(
        Variant.objects.filter(generation__content=content)
        .exclude(body="")
        .order_by("-pk")
        .values_list("body", flat=True)[:REMEMBERED]
    )
    if body.strip() in {text.strip() for text in written}:
        return Origin.AI_GENERATED
    lines = {line.strip() for text in written for line in text.splitlines()}
    if any(len(line) >= LONG_ENOUGH and line in body for line in lines):
        return Origin.AI_ASSISTED
    return Origin.HUMAN
