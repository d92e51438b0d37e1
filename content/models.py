"""What creators make: contents, and the generations that wrote them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai_routing.models import work
from ai_routing.models.work import ENDED, UNDER_WAY, Status
from billing.models import Reservation


class Platform(models.TextChoices):
    INSTAGRAM = "instagram", "Instagram"
    TIKTOK = "tiktok", "TikTok"
    X = "x", "X"
    ONLYFANS = "onlyfans", "OnlyFans"
    FANSLY = "fansly", "Fansly"
    REDDIT = "reddit", "Reddit"
    THREADS = "threads", "Threads"
    EMAIL = "email", _("Email")
    GENERIC = "generic", _("Anywhere")


class Length(models.TextChoices):
    SHORT = "short", _("Short")
    MEDIUM = "medium", _("Medium")
    LONG = "long", _("Long")


class ContentQuerySet(models.QuerySet["Content"]):
    def for_user(self, user: User) -> ContentQuerySet:
        return self.filter(user=user)


class Content(models.Model):
    """A text that a creator keeps."""

    class Type(models.TextChoices):
        POST = "post", _("Post")
        EMAIL = "email", _("Email")
        DOCUMENT = "document", _("Document")

    class Origin(models.TextChoices):
        """Who wrote it; an AI-written text that the creator changed is AI-assisted."""

        HUMAN = "human", _("Written by you")
        AI_ASSISTED = "ai_assisted", _("AI-assisted")
        AI_GENERATED = "ai_generated", _("AI-generated")

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contents", verbose_name=_("user")
    )
    title = models.CharField(_("title"), max_length=160, blank=True)
    body = models.TextField(_("text"), max_length=20_000)
    type = models.CharField(_("type"), max_length=16, choices=Type, default=Type.POST)
    platform = models.CharField(_("platform"), max_length=16, choices=Platform, default=Platform.GENERIC)
    language = models.CharField(_("language"), max_length=8, default="en")
    origin = models.CharField(_("origin"), max_length=16, choices=Origin, default=Origin.HUMAN)
    # When the creator means to publish it; nothing happens by itself at that time.
    planned_for = models.DateTimeField(_("planned for"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ContentQuerySet.as_manager()

    class Meta:
        db_table = "content"
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [
            models.CheckConstraint(condition=~Q(body=""), name="content_body_not_empty"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="content_user_newest"),
            models.Index(fields=["created_at"], name="content_created_at"),
            models.Index(
                fields=["user", "planned_for"], condition=Q(planned_for__isnull=False), name="content_user_planned"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:80]


class GenerationQuerySet(models.QuerySet["Generation"]):
    def for_user(self, user: User) -> GenerationQuerySet:
        return self.filter(user=user)


class Generation(models.Model):
    """A creator's request for a text, and what was decided about it. Its variants are the texts."""

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations", verbose_name=_("user")
    )
    # SET_NULL: the creator may delete the text; what it cost stays true.
    content = models.ForeignKey(
        Content, on_delete=models.SET_NULL, null=True, related_name="generations", verbose_name=_("content")
    )
    prompt = models.TextField(_("prompt"), max_length=4_000)
    task_type = models.CharField(_("task type"), max_length=32)
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    language = models.CharField(_("language"), max_length=8)
    tone = models.CharField(_("tone"), max_length=60, blank=True)
    length = models.CharField(_("length"), max_length=8, choices=Length)
    critical = models.BooleanField(_("critical"), default=False)
    # Asked for anew: an answer that was given before is no answer to it.
    fresh = models.BooleanField(_("fresh"), default=False)
    decision = models.JSONField(_("routing decision"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    created_at = models.DateTimeField(_("created"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="generation_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=UNDER_WAY, finished_at=None) | Q(status__in=ENDED, finished_at__isnull=False),
                name="generation_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.FAILED) ^ Q(error_code=""), name="generation_failed_has_error"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="generation_user_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class VariantQuerySet(work.WorkQuerySet["Variant"]):
    pass


class Variant(work.Work):
    """One text of a generation: the unit of work of a worker."""

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    generation = models.ForeignKey(
        Generation, on_delete=models.CASCADE, related_name="variants", verbose_name=_("generation")
    )
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    index = models.PositiveSmallIntegerField(_("index"))
    body = models.TextField(_("text"), blank=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.UniqueConstraint(fields=["generation", "index"], name="variant_index_unique"),
            models.CheckConstraint(condition=~Q(status=Status.DONE) | ~Q(body=""), name="variant_done_has_text"),
            *work.constraints("variant"),
        ]
        indexes = work.indexes("variant")

    def __str__(self) -> str:
        return f"{self.generation_id} #{self.index} {self.status}"


class IdempotencyKey(models.Model):
    """A client's `Idempotency-Key` and what its request led to; kept for 24 hours.

    While `answered_at` is null the first request is still being answered, until `locked_until` at the latest.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=255)
    request_hash = models.BinaryField(max_length=32)
    generation = models.ForeignKey(Generation, on_delete=models.CASCADE, related_name="+", verbose_name=_("generation"))
    created_at = models.DateTimeField(_("created"))
    locked_until = models.DateTimeField(_("locked until"))
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_created_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M:%S}"
