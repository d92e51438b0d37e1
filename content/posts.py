"""What creators do with their texts once they are written."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from ai_routing import retention
from analytics import events
from content import history, voices
from content.brief import WITHOUT, content_type
from content.models import Channel, Content, Generation, Kind, Variant

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


def delete(content: Content, *, now: datetime) -> None:
    """Remove the text, and the words that models were sent for it. Its generations stay: they are what was charged."""
    with transaction.atomic():
        variants = Variant.objects.filter(generation__content=content).values_list("pk", flat=True)
        retention.forget(list(variants))
        events.record("content.deleted", user_id=content.user_id, data={"content_id": str(content.pk)}, now=now)
        pk = content.pk
        content.delete()
        # The post is locked before its voice, here and where it is scheduled.
        voices.forget(pk, now=now)


def use(variant: Variant, *, now: datetime) -> Content:
    """Make this variant the text of its post, and return the post. Raises NothingToUse."""
    if not variant.body:
        raise NothingToUse("This version has no text. Choose another one, or write again.")
    with transaction.atomic():
        generation = Generation.objects.select_for_update().get(pk=variant.generation_id)
        if generation.content is None:
            return from_variant(generation, variant, now=now)
        if generation.kind == Kind.REWRITE:
            return history.replace_passage(
                generation.content, variant, generation.source, where=generation.channel, now=now
            )
        return history.insert(
            generation.content, variant, title=title_of(variant.body), where=generation.channel, now=now
        )


def draft_for(generation: Generation, *, now: datetime) -> Content:
    """Return the draft that a generation is for; for one without, a new one with its brief."""
    with transaction.atomic():
        row = Generation.objects.select_related("user").select_for_update(of=("self",)).get(pk=generation.pk)
        if row.content is not None:
            return row.content
        draft = history.Draft(
            own={row.platform: history.OwnText()} if row.platform in Channel.values else {},
            language=row.language,
            brief={"prompt": row.prompt, "length": row.length, "tone": row.tone, "task_type": row.task_type},
        )
        row.content = history.begin(row.user, draft, key=str(row.pk), now=now)
        row.save(update_fields=["content"])
        return row.content


def fill(content_id: UUID, variant: Variant, *, now: datetime) -> None:
    """Put a variant's text into its draft as long as nothing stands where it belongs, in the caller's transaction."""
    content = Content.objects.select_for_update(no_key=True).get(pk=content_id)
    where = variant.generation.channel
    if not history.draft_of(content).body_at(where).strip() and content.deleted_at is None:
        history.insert(content, variant, title=title_of(variant.body), where=where, now=now)


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
