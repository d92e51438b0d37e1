"""Learn from texts that a creator accepted, and only from those; each of them can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from content.models import Content, Generation, Voice, VoiceSample
from content.voices import keeping

MOST_LEARNED: Final = 20
"""Accepted texts that a voice keeps; the oldest make room."""

PAGE: Final = 60
SHORTEST: Final = 40
LONGEST: Final = 4_000
"""Characters of a sample."""


def accepted(content: Content, *, chosen: bool = False, now: datetime) -> VoiceSample | None:
    """Let the post's voice learn from a text that its creator accepted: scheduled it, published it, or called it good.

    In the caller's transaction. What is `chosen` was called good, and stays whatever becomes of the schedule. None when
    no voice learns anything new from it: it is deleted, too short, was taken back before, or its voice does not learn.
    """
    text = content.body.strip()[:LONGEST]
    if content.deleted_at is not None or len(text) < SHORTEST:
        return None
    voice = voice_of(content)
    if voice is None or not voice.learns:
        return None
    with transaction.atomic():
        row = keeping.locked(voice)
        before = VoiceSample.objects.filter(voice=row, content_id=content.pk).first()
        if before is not None and before.removed_at is not None:
            return None
        if chosen or (before is not None and before.source == VoiceSample.Source.CHOSEN):
            source = VoiceSample.Source.CHOSEN
        else:
            source = VoiceSample.Source.LEARNED
        if before is not None and before.text == text:
            VoiceSample.objects.filter(pk=before.pk).update(source=source)
            return None
        if before is not None:
            before.delete()
        sample = VoiceSample.objects.create(voice=row, text=text, source=source, content_id=content.pk, created_at=now)
        make_room(row)
        keeping.note(row, now=now)
        keeping.record("voice.learned", row, now=now)
    return sample


def voice_of(content: Content) -> Voice | None:
    """Return the voice that a post was written in; for one that names none, the creator's default of its language."""
    if content.voice_id is not None:
        return Voice.objects.filter(pk=content.voice_id, deleted_at=None).first()
    asked = Generation.objects.filter(content=content).order_by("-id").first()
    if asked is not None:
        return Voice.objects.filter(pk=asked.voice_id, deleted_at=None).first() if asked.voice_id else None
    return Voice.objects.filter(
        user_id=content.user_id, is_default=True, deleted_at=None, language=content.language
    ).first()


def make_room(voice: Voice) -> None:
    """Delete the oldest learned samples beyond those that a voice keeps."""
    learned = VoiceSample.objects.filter(voice=voice, removed_at=None).exclude(source=VoiceSample.Source.PASTED)
    kept = list(learned.order_by("-id").values_list("pk", flat=True)[:MOST_LEARNED])
    if len(kept) == MOST_LEARNED:
        learned.exclude(pk__in=kept).delete()


def take_back(sample: VoiceSample, *, now: datetime) -> None:
    """Keep a sample out of every prompt from now on."""
    set_removed(sample, now, now=now)


def put_back(sample: VoiceSample, *, now: datetime) -> None:
    """Let a sample count again that was taken back."""
    set_removed(sample, None, now=now)


def set_removed(sample: VoiceSample, removed_at: datetime | None, *, now: datetime) -> None:
    with transaction.atomic():
        row = keeping.locked(sample.voice)
        VoiceSample.objects.filter(pk=sample.pk).update(removed_at=removed_at)
        keeping.note(row, now=now)


def suspend(content_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let posts that go into the bin at this moment teach nothing any more, in the caller's transaction."""
    rows = VoiceSample.objects.filter(content_id__in=content_ids, removed_at=None)
    switch(rows, now, now=now)


def resume(content_id: UUID, binned_at: datetime, *, now: datetime) -> None:
    """Let a post teach again that comes out of the bin, in the caller's transaction.

    What its creator took back, before or meanwhile, stays taken back: only the bin's own moment is undone.
    """
    switch(VoiceSample.objects.filter(content_id=content_id, removed_at=binned_at), None, now=now)


def switch(rows: QuerySet[VoiceSample], removed_at: datetime | None, *, now: datetime) -> None:
    found: dict[UUID, list[UUID]] = {}
    for pk, voice_id in rows.order_by("voice_id", "pk").values_list("pk", "voice_id"):
        found.setdefault(voice_id, []).append(pk)
    for voice_id, ids in found.items():
        voice = Voice.objects.select_for_update().get(pk=voice_id)
        VoiceSample.objects.filter(pk__in=ids).update(removed_at=removed_at)
        if voice.deleted_at is None:
            make_room(voice)
            keeping.note(voice, now=now)


def withdraw(content: Content, *, now: datetime) -> None:
    """Unlearn a post that is a draft again, in the caller's transaction: nobody accepts it any more.

    What its creator called good stays, and what they took back stays known as that. Accepted anew, it is learned anew.
    """
    delete(
        VoiceSample.objects.filter(content_id=content.pk, source=VoiceSample.Source.LEARNED, removed_at=None), now=now
    )


def forget(content_id: UUID, *, now: datetime) -> None:
    """Delete what was learned from a post, in the caller's transaction: the post is deleted."""
    delete(VoiceSample.objects.filter(content_id=content_id), now=now)


def delete(rows: QuerySet[VoiceSample], *, now: datetime) -> None:
    for voice_id in list(rows.order_by("voice_id").values_list("voice_id", flat=True).distinct()):
        voice = Voice.objects.select_for_update().get(pk=voice_id)
        rows.filter(voice=voice).delete()
        if voice.deleted_at is None:
            keeping.note(voice, now=now)


class TooManySamples(Exception):
    """A voice has no room for that many pasted samples."""


def paste(voice: Voice, texts: list[str], *, now: datetime) -> None:
    """Add pasted samples to a voice. Raises TooManySamples."""
    with transaction.atomic():
        row = keeping.locked(voice)
        kept = VoiceSample.objects.filter(voice=row, source=VoiceSample.Source.PASTED, removed_at=None).count()
        if kept + len(texts) > keeping.MOST_PASTED:
            raise TooManySamples
        for text in texts:
            VoiceSample.objects.create(voice=row, text=text, created_at=now)
        keeping.note(row, now=now)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample as its voice's page shows it; `title` is that of the post it was learned from."""

    pk: UUID
    text: str
    is_pasted: bool
    is_removed: bool
    created_at: datetime
    content_id: UUID | None
    title: str


def shown(voice: Voice) -> list[Shown]:
    """Return the voice's samples, those in use first, then the newest, with the posts that they were learned from."""
    rows = list(VoiceSample.objects.filter(voice=voice).order_by("-id")[:PAGE])
    learned_from = [row.content_id for row in rows if row.content_id is not None]
    posts = {post.pk: str(post) for post in Content.objects.filter(pk__in=learned_from, deleted_at=None)}
    found = [
        Shown(
            pk=row.pk,
            text=row.text,
            is_pasted=row.source == VoiceSample.Source.PASTED,
            is_removed=row.removed_at is not None,
            created_at=row.created_at,
            content_id=row.content_id,
            title=posts.get(row.content_id, "") if row.content_id else "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.is_removed)
