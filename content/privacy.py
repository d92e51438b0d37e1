"""What creators' work holds about them: texts, voices, media, plans, and what was found in texts.

The log of where texts come from can only be added to; what forgets a person in it stands here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import append_only, privacy
from accounts.models import User
from accounts.privacy import retention
from ai_routing import streams
from ai_routing.privacy import OF_THE_MACHINE, OF_WORK
from content import idempotency, models, trash, watching
from content.media import places, storage, sweep
from content.voices import keeping

if TYPE_CHECKING:
    from accounts.privacy.registry import Beat, Words

TEXTS: Final = _("The texts that you write and keep")
REQUESTS: Final = _("The texts that you ask for")
VOICES: Final = _("How you write, so that texts sound like you")
WEEKS: Final = _("Your week in a few sentences")
MEDIA: Final = _("Your images and videos")
PLANS: Final = _("When your posts go out, and where")
CHECKS: Final = _("That nothing goes out which the law or a channel forbids, and your objections")
ORIGINS: Final = _("The duty to tell that a text is from AI")
IN_THE_BIN: Final = _("Until you delete it, and 30 days in the bin")
UNTIL_DELETED: Final = _("Until you delete it, or as long as the account")
PROMISED: Final = _("Pages and documents promise it.")
UNNAMED: Final = _("whose they were is forgotten; they hold no text but its fingerprint")


def declare() -> None:
    privacy.register(
        *requests(), *of_checks(), *of_plans(), *of_media(), *of_texts(), *of_voices(), *of_weeks(), *kept_for_good()
    )
    for key, days, label, task in (
        ("posts", trash.KEEPS.days, _("Posts in the bin"), "empty_bin_of_posts"),
        ("media", sweep.BIN_KEEPS.days, _("Media in the bin"), "purge_media"),
        ("voices", keeping.BIN.days, _("Voices in the bin"), "empty_bin_of_voices"),
        (
            "idempotency",
            idempotency.KEPT.days,
            _("Keys of requests that must not be done twice"),
            "forget_idempotency_keys",
        ),
    ):
        retention.declare(retention.Rule(key, days, label, PROMISED, least=days, most=days, task=task))


def record(
    model: type[Model], purpose: Words, person: str, personal: Sequence[str], free: Sequence[str], **more: Any
) -> privacy.Record:
    """Return a record of what a creator's own work holds; it is kept as long as what it belongs to, unless told."""
    return privacy.Record(
        model,
        person=person,
        purpose=purpose,
        basis=more.pop("basis", privacy.Basis.CONTRACT),
        kept=more.pop("kept", privacy.WITH_ITS_CONTENT),
        personal=personal,
        free=free,
        **more,
    )


def requests() -> Iterator[privacy.Record]:
    yield record(
        models.IdempotencyKey,
        REQUESTS,
        "user",
        ["key", "created_at", "answered_at"],
        ["id", "request_hash", "generation", "locked_until"],
        kept=_("24 hours"),
    )
    yield record(
        models.Variant,
        REQUESTS,
        "generation__user",
        [*OF_WORK, "body"],
        ["id", "index", *OF_THE_MACHINE],
    )
    yield record(
        models.Generation,
        REQUESTS,
        "user",
        [
            "kind",
            "channel",
            "source",
            "prompt",
            "task_type",
            "platform",
            "language",
            "tone",
            "length",
            "critical",
            "decision",
            "status",
            "error_code",
            "created_at",
            "finished_at",
        ],
        ["id", "content", "voice", "voice_version", "compares", "fresh", "beside"],
        kept=privacy.WITH_ACCOUNT,
        erased=privacy.Deleted(before=forget_generations),
    )


def of_checks() -> Iterator[privacy.Record]:
    yield record(
        models.Judgement,
        CHECKS,
        "review__user",
        [*OF_WORK, "decision", "created_at"],
        ["id", *OF_THE_MACHINE],
        basis=privacy.Basis.DUTY,
    )
    yield record(
        models.Review,
        CHECKS,
        "user",
        [
            "text",
            "channels",
            "model_state",
            "verdict",
            "findings",
            "created_at",
            "acknowledged_at",
            "appeal",
            "appealed_at",
            "decision",
            "decided_at",
            "note",
            "mailed_at",
        ],
        ["id", "content", "text_sha256"],
        basis=privacy.Basis.DUTY,
        mentions=[privacy.Mention("decided_by", decided, forget_decider)],
    )


def of_plans() -> Iterator[privacy.Record]:
    yield record(
        models.Publication,
        PLANS,
        "user",
        [
            "channel",
            "state",
            "due_at",
            "error_code",
            "reminded_at",
            "mailed_at",
            "published_at",
            "title",
            "body",
            "url",
            "created_at",
        ],
        ["id", "content", "from_queue", "claim", "attempt_at", "lease_expires_at", "attempts"],
    )
    yield record(models.Slot, PLANS, "user", ["weekday", "at"], ["id"], kept=UNTIL_DELETED)


def of_media() -> Iterator[privacy.Record]:
    yield record(models.Attachment, MEDIA, "asset__user", ["content", "position"], ["id"])
    yield record(models.Asset.tags.through, MEDIA, "asset__user", ["tag"], ["id"], title=_("Tags of media files"))
    yield record(
        models.Rendition,
        MEDIA,
        "asset__user",
        ["name", "media_type", "size", "width", "height"],
        ["id", "key"],
        files=rendition_file,
    )
    yield record(
        models.Asset,
        MEDIA,
        "user",
        [
            "name",
            "kind",
            "state",
            "error_code",
            "media_type",
            "size",
            "width",
            "height",
            "duration_ms",
            "alt_text",
            "alt_origin",
            "blurred",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
        [
            "id",
            "folder",
            "key",
            "sha256",
            "part_size",
            "parts",
            "upload_expires_at",
            "claim",
            "lease_expires_at",
            "search",
        ],
        kept=IN_THE_BIN,
        files=original_file,
        erased=privacy.Deleted(before=delete_objects),
    )
    yield record(models.Folder, MEDIA, "user", ["name", "created_at"], ["id", "parent"], kept=UNTIL_DELETED)


def of_texts() -> Iterator[privacy.Record]:
    yield record(models.Content.tags.through, TEXTS, "content__user", ["tag"], ["id"], title=_("Tags of contents"))
    yield record(
        models.ChannelText,
        TEXTS,
        "content__user",
        ["channel", "origin", "title", "body", "labelled"],
        ["id", "customized", "search"],
    )
    yield record(
        models.ContentVersion,
        TEXTS,
        "content__user",
        ["revision", "reason", "origin", "title", "body", "channels", "created_at"],
        ["id"],
    )
    yield record(
        models.Content,
        TEXTS,
        "user",
        [
            "title",
            "body",
            "type",
            "platform",
            "language",
            "origin",
            "state",
            "audience",
            "brief",
            "planned_for",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
        ["id", "revision", "voice", "run", "search"],
        kept=IN_THE_BIN,
    )
    yield record(
        models.PostTemplate,
        TEXTS,
        "user",
        ["name", "title", "body", "channels", "created_at", "updated_at"],
        ["id"],
        kept=UNTIL_DELETED,
    )
    yield record(models.Tag, TEXTS, "user", ["name"], ["id"], kept=UNTIL_DELETED)


def of_weeks() -> Iterator[privacy.Record]:
    yield record(
        models.WeekSummary,
        WEEKS,
        "user",
        [*OF_WORK, "week", "language", "facts", "decision", "sentences", "dropped", "created_at"],
        ["id", *OF_THE_MACHINE],
        kept=privacy.WITH_ACCOUNT,
    )


def of_voices() -> Iterator[privacy.Record]:
    yield record(
        models.VoiceReading,
        VOICES,
        "voice__user",
        [*OF_WORK, "texts", "decision", "proposal", "answered_at", "created_at"],
        ["id", *OF_THE_MACHINE],
    )
    yield record(
        models.VoiceSample, VOICES, "voice__user", ["text", "source", "created_at", "removed_at"], ["id", "content_id"]
    )
    yield record(models.VoiceVersion, VOICES, "voice__user", ["number", "snapshot", "created_at"], ["id"])
    yield record(
        models.Voice,
        VOICES,
        "user",
        [
            "name",
            "language",
            "tone",
            "sentence_length",
            "audience",
            "signature_phrases",
            "boundaries",
            "never_say",
            "is_default",
            "learns",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
        ["id", "version"],
        kept=IN_THE_BIN,
    )


def kept_for_good() -> Iterator[privacy.Record]:
    yield record(
        models.ProvenanceEntry,
        ORIGINS,
        "user",
        ["action", "origin", "channel", "model", "text_sha256", "created_at"],
        ["id", "content_id", "generation_id"],
        basis=privacy.Basis.DUTY,
        kept=_("Under your name as long as the account, without it for good"),
        erased=privacy.Anonymised(forget_writer, UNNAMED),
    )


# --- What lies elsewhere, and what names somebody else --------------------------------------------------------------


def original_file(asset: models.Asset) -> Iterator[privacy.Attached]:
    if asset.state == models.Asset.State.READY:
        suffix = asset.media_type.rpartition("/")[2]
        yield privacy.Attached(f"media/{asset.pk}/original.{suffix}", partial(copy, asset.key))


def rendition_file(rendition: models.Rendition) -> Iterator[privacy.Attached]:
    yield privacy.Attached(
        f"media/{rendition.asset_id}/{rendition.key.rpartition('/')[2]}", partial(copy, rendition.key)
    )


def copy(key: str, into: Any, beat: Beat) -> None:
    """Write an object's bytes; nothing for one that was deleted meanwhile."""
    try:
        storage.read(key, into, beat=beat)
    except storage.Absent:
        return


def delete_objects(assets: Sequence[models.Asset]) -> None:
    """Delete the bytes of media files. They go before the rows: a row that is left over is found again."""
    for asset in assets:
        storage.delete_below(places.home(asset))
        storage.delete_below(places.staging(asset))


def forget_generations(rows: Sequence[models.Generation]) -> None:
    streams.forget([watching.key(row.pk) for row in rows])


def decided(user: User) -> QuerySet[models.Review]:
    return models.Review.objects.filter(decided_by=user)


def forget_decider(user: User, at_most: int) -> int:
    some = decided(user).order_by("pk").values("pk")[:at_most]
    return models.Review.objects.filter(pk__in=some).update(decided_by=None)


def forget_writer(user: User, at_most: int) -> int:
    """Forget whose texts these steps of their origin were; return of how many."""
    with append_only.opened():
        some = models.ProvenanceEntry.objects.filter(user=user).order_by("pk").values("pk")[:at_most]
        return models.ProvenanceEntry.objects.filter(pk__in=some).update(user=None)
