"""What a content said before: kept with every change, found again, bounded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from content.history import provenance
from content.models import Content, ContentVersion, Origin, ProvenanceEntry

Reason = ContentVersion.Reason
SHARED: Final = ""
"""The place of the text that all channels share; that of a channel's own text is the channel."""
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
            row.channel: {"title": row.title, "body": row.body, "origin": row.origin}
            for row in content.channels.all()
            if row.customized
        },
    }


def by_place(what: dict[str, Any]) -> dict[str, str]:
    """Return the words of each text of a version: of the shared one under "", of a channel's own under its name."""
    return {
        place: "\n\n".join(text for text in (one["title"], one["body"]) if text)
        for place, one in ((SHARED, what), *sorted(what["channels"].items()))
    }


def words(what: dict[str, Any]) -> str:
    """Return all words of a version: the shared text, then those of channels."""
    return "\n\n".join(text for text in by_place(what).values() if text)


def what_of(version: ContentVersion) -> dict[str, Any]:
    return {"title": version.title, "body": version.body, "channels": version.channels}


def origins(version: ContentVersion) -> dict[str, str]:
    """Return who wrote each text of a version."""
    own = {channel: said.get("origin") or version.origin for channel, said in version.channels.items()}
    return {SHARED: version.origin, **own}


def latest(content: Content) -> ContentVersion | None:
    return ContentVersion.objects.filter(content=content).order_by("-revision").first()


def origin_of(content: Content, place: str, title: str, body: str) -> str | None:
    """Return who wrote just these words in the newest version that has them in that place, if there is one."""
    if not body.strip():
        return None
    at = f"channels__{place}__" if place else ""
    rows = ContentVersion.objects.filter(content=content, **{f"{at}title": title, f"{at}body": body})
    version = rows.order_by("-revision").first()
    return origins(version)[place] if version else None


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
        and goes_on(last, what, reason, content.origin, now=now)
        and not loses_much(what_of(last), what)
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


def goes_on(last: ContentVersion, what: dict[str, Any], reason: str, origin: str, *, now: datetime) -> bool:
    own = {channel: said["origin"] for channel, said in what["channels"].items()}
    same = origin == last.origin and all(
        said.get("origin") == own.get(channel, said.get("origin")) for channel, said in last.channels.items()
    )
    return reason == Reason.TYPED == last.reason and same and now - last.created_at < SITTING


def loses_much(last: dict[str, Any], what: dict[str, Any]) -> bool:
    """Tell whether a change takes away a channel's own text, or more than a phrase of all that is said.

    Then what was there stays a version, however new it is.
    """
    if any(own["body"].strip() for channel, own in last["channels"].items() if channel not in what["channels"]):
        return True
    before, after = words(last), words(what)
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
    logged, written = provenance.newest(content), origins(last)
    for place, text in by_place(what_of(last)).items():
        if text and logged.get(place) != provenance.fingerprint(text):
            provenance.record(
                content, ProvenanceEntry.Action.EDITED, text=text, origin=written[place], channel=place, now=now
            )


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
