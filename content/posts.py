"""What creators do with their texts once they are written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from ai_routing import retention
from analytics import events
from content import voices
from content.brief import WITHOUT, content_type
from content.models import Content, Generation, Variant

PAGE = 30


class NothingToUse(Exception):
    """The variant has no text that could become the post."""


def newest(user: User, *, before: UUID | None = None, limit: int = PAGE) -> list[Content]:
    """Return the user's contents, newest first, that are older than `before`. Ids grow with time."""
    rows = Content.objects.for_user(user).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])


def latest_generation(content: Content) -> Generation | None:
    """Return the generation that last wrote this text, with its variants; None for a text written by hand."""
    return Generation.objects.filter(content=content).prefetch_related("variants").order_by("-id").first()


def edit(content: Content, *, title: str, body: str, now: datetime) -> None:
    """Store the creator's own wording; an AI-written text that changes becomes AI-assisted."""
    with transaction.atomic():
        if body != content.body and content.origin == Content.Origin.AI_GENERATED:
            content.origin = Content.Origin.AI_ASSISTED
        content.title = title
        content.body = body
        content.updated_at = now
        content.save(update_fields=["title", "body", "origin", "updated_at"])
        events.record("content.edited", user_id=content.user_id, data={"content_id": str(content.pk)}, now=now)


def delete(content: Content, *, now: datetime) -> None:
    """Remove the text, and the words that models were sent for it. Its generations stay: they are what was charged."""
    with transaction.atomic():
        variants = Variant.objects.filter(generation__content=content).values_list("pk", flat=True)
        retention.forget(list(variants))
        events.record("content.deleted", user_id=content.user_id, data={"content_id": str(content.pk)}, now=now)
        voices.forget(content.pk, now=now)
        content.delete()


def use(variant: Variant, *, now: datetime) -> Content:
    """Make this variant the text of its post, and return the post. Raises NothingToUse."""
    if not variant.body:
        raise NothingToUse("This version has no text. Choose another one, or write again.")
    with transaction.atomic():
        generation = Generation.objects.select_for_update().get(pk=variant.generation_id)
        content = generation.content
        if content is None:
            content = from_variant(generation, variant, now=now)
        elif content.body != variant.body:
            content.body = variant.body
            content.title = title_of(variant.body)
            content.origin = Content.Origin.AI_GENERATED
            content.updated_at = now
            content.save(update_fields=["body", "title", "origin", "updated_at"])
            events.record("content.edited", user_id=content.user_id, data={"content_id": str(content.pk)}, now=now)
    return content


def from_variant(generation: Generation, variant: Variant, *, now: datetime) -> Content:
    """Store a variant's text as a new content of its creator, in the caller's transaction."""
    content = Content.objects.create(
        user_id=generation.user_id,
        title=title_of(variant.body),
        body=variant.body,
        type=content_type(task_type=generation.task_type, platform=generation.platform),
        platform=generation.platform,
        language=generation.language,
        voice_id=generation.voice_id if voiced(variant, generation) else None,
        origin=Content.Origin.AI_GENERATED,
        created_at=now,
        updated_at=now,
    )
    generation.content = content
    generation.save(update_fields=["content"])
    events.record(
        "content.created",
        user_id=content.user_id,
        data={
            "content_id": str(content.pk),
            "type": content.type,
            "platform": content.platform,
            "origin": content.origin,
        },
        now=now,
    )
    return content


def voiced(variant: Variant, generation: Generation) -> bool:
    """Tell whether a version was written in its generation's voice."""
    return not (generation.compares and variant.index == WITHOUT)


def title_of(body: str) -> str:
    """Return the first line, cut at a word, as a title that the creator may change."""
    first = body.strip().splitlines()[0].strip()
    if len(first) <= 80:
        return first
    return first[:80].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"
