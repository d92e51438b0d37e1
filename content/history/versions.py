"""What a content said before: kept with every change, found again, bounded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from content.history import provenance
from content.models import Content, ContentVersion, Origin, ProvenanceEntry

Reason = ContentVersion.Reason
SITTING: Final = timedelta(minutes=5)
"""Typing within it is one version."""
KEPT: Final = 200
A_PHRASE: Final = 60
"""Characters."""

ACTIONS: Final[dict[str, str]] = {
    Reason.TYPED: ProvenanceEntry.Action.EDITED,
    Reason.GENERATED: ProvenanceEntry.Action.GENERATED,
    Reason.REWRITTEN: ProvenanceEntry.Action.REWRITTEN,
    Reason.RESTORED: ProvenanceEntry.Action.RESTORED,
    Reason.IMPORTED: ProvenanceEntry.Action.EDITED,
}


def said(content: Content) -> dict[str, Any]:
    """Return what a version keeps of a content's words."""
    return {
        "title": content.title,
        "body": content.body,
        "channels": {
            row.channel: {"title": row.title, "body": row.body} for row in content.channels.all() if row.customized
        },
    }


def words(what: dict[str, Any]) -> str:
    """Return the words of a version as the log hashes them: the shared text, then those of channels."""
    texts = [what["title"], what["body"]]
    texts += [text for _channel, own in sorted(what["channels"].items()) for text in (own["title"], own["body"])]
    return "\n\n".join(text for text in texts if text)


def words_of(version: ContentVersion) -> str:
    return words({"title": version.title, "body": version.body, "channels": version.channels})


def latest(content: Content) -> ContentVersion | None:
    return ContentVersion.objects.filter(content=content).order_by("-revision").first()


def saying(content: Content, title: str, body: str) -> ContentVersion | None:
    """Return the newest version with just these words, if there is one."""
    if not body.strip():
        return None
    return ContentVersion.objects.filter(content=content, title=title, body=body).order_by("-revision").first()


def begin(content: Content, before: dict[str, Any], *, now: datetime) -> None:
    """Keep what a content said before its first change, when nothing was kept of it yet."""
    if not words(before) or ContentVersion.objects.filter(content=content).exists():
        return
    ContentVersion.objects.create(
        content=content,
        revision=content.revision,
        reason=Reason.TYPED if content.origin == Origin.HUMAN else Reason.GENERATED,
        origin=content.origin,
        created_at=min(content.updated_at, now),
        **before,
    )


def keep(content: Content, reason: str, *, now: datetime) -> bool:
    """Keep what a content says now, and tell whether that is a version of its own.

    Typing goes on in the version that it began, for five minutes; then a new one begins.
    """
    last = latest(content)
    what = said(content)
    if (
        last is not None
        and goes_on(last, reason, content.origin, now=now)
        and not loses_much(words_of(last), words(what))
    ):
        last.revision, last.title, last.body, last.channels = (
            content.revision,
            what["title"],
            what["body"],
            what["channels"],
        )
        last.save(update_fields=["revision", "title", "body", "channels"])
        return False
    if last is not None:
        close(content, last, now=now)
    ContentVersion.objects.create(
        content=content, revision=content.revision, reason=reason, origin=content.origin, created_at=now, **what
    )
    forget_oldest(content)
    return True


def goes_on(last: ContentVersion, reason: str, origin: str, *, now: datetime) -> bool:
    return reason == Reason.TYPED == last.reason and origin == last.origin and now - last.created_at < SITTING


def loses_much(before: str, after: str) -> bool:
    """Tell whether a change takes away more than a phrase: then what was there stays a version, however new it is."""
    start = shared(before, after)
    end = shared(before[start:][::-1], after[start:][::-1])
    return len(before) - start - end > A_PHRASE


def shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def close(content: Content, last: ContentVersion, *, now: datetime) -> None:
    """Log how a sitting ended: its version said more than when it began."""
    if last.reason != Reason.TYPED:
        return
    text = words_of(last)
    logged = ProvenanceEntry.objects.filter(content_id=content.pk).order_by("-created_at", "-pk").first()
    if logged is None or bytes(logged.text_sha256) != provenance.fingerprint(text):
        provenance.record(content, ProvenanceEntry.Action.EDITED, text=text, origin=last.origin, now=now)


def forget_oldest(content: Content) -> None:
    """Delete what lies beyond the newest KEPT versions."""
    beyond = list(
        ContentVersion.objects.filter(content=content).order_by("-revision").values_list("pk", flat=True)[KEPT:]
    )
    if beyond:
        ContentVersion.objects.filter(pk__in=beyond).delete()


def of(content: Content, *, limit: int = KEPT) -> list[ContentVersion]:
    """Return the versions of a content, the newest first."""
    return list(ContentVersion.objects.filter(content=content).order_by("-revision")[:limit])
