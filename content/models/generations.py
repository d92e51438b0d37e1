"""Requests for texts: generations, their variants, and the keys that keep a request from being done twice."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ai_routing.models import work
from ai_routing.models.work import ENDED, UNDER_WAY, Status
from billing.models import Reservation
from content.models.keys import OwnedQuerySet, uuid_key
from content.models.texts import Channel, Content, Length, Platform
from content.models.voices import Voice


class Kind(models.TextChoices):
    """What is asked for: a text, or something for a text that is there."""

    TEXT = "text", _("Text")
    REWRITE = "rewrite", _("Rewrite")
    HASHTAGS = "hashtags", _("Hashtags")
    HOOKS = "hooks", _("First lines")


class GenerationQuerySet(OwnedQuerySet["Generation"]):
    pass


class Generation(models.Model):
    """A creator's request for a text, and what was decided about it. Its variants are the texts."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="generations", verbose_name=_("user")
    )
    # SET_NULL: the creator may delete the text; what it cost stays true.
    content = models.ForeignKey(
        Content, on_delete=models.SET_NULL, null=True, related_name="generations", verbose_name=_("content")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.TEXT, db_default=Kind.TEXT)
    # What is rewritten or read for hashtags and first lines; empty for a text.
    source = models.TextField(_("the text to work on"), max_length=20_000, blank=True, default="", db_default="")
    # The channel whose own text it is for; empty for the text that all channels share.
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, blank=True, default="", db_default="")
    prompt = models.TextField(_("prompt"), max_length=4_000)
    task_type = models.CharField(_("task type"), max_length=32)
    platform = models.CharField(_("platform"), max_length=16, choices=Platform)
    language = models.CharField(_("language"), max_length=8)
    tone = models.CharField(_("tone"), max_length=60, blank=True)
    voice = models.ForeignKey(
        Voice, on_delete=models.SET_NULL, null=True, related_name="generations", verbose_name=_("voice")
    )
    # The voice as it was then: what a second worker asks for is what the first one did.
    voice_version = models.PositiveIntegerField(_("version of the voice"), null=True)
    # Tried out: the second version is written without the voice, and nothing is kept until the creator uses one.
    compares = models.BooleanField(_("compares with and without the voice"), default=False, db_default=False)
    length = models.CharField(_("length"), max_length=8, choices=Length)
    critical = models.BooleanField(_("critical"), default=False)
    # Asked for anew: an answer that was given before is no answer to it.
    fresh = models.BooleanField(_("fresh"), default=False)
    # One more version of the same brief: it stands beside those of this generation.
    beside = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="more",
        db_index=False,
        verbose_name=_("one more version of"),
    )
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
            models.CheckConstraint(condition=Q(kind="text") ^ ~Q(source=""), name="generation_has_what_it_works_on"),
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
            models.Index(fields=["content", "-id"], name="generation_content"),
            models.Index(fields=["beside", "id"], condition=Q(beside__isnull=False), name="generation_beside"),
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

    id = uuid_key()
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
