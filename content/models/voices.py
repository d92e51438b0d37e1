"""Brand voices: how a creator writes, and what that was learned from."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ai_routing.models import work
from billing.models import Reservation
from content.models.keys import BinnedQuerySet, uuid_key


class SentenceLength(models.TextChoices):
    SHORT = "short", _("Short sentences")
    MIXED = "mixed", _("Short and long sentences")
    LONG = "long", _("Long sentences")


class Voice(models.Model):
    """How a creator writes. `version` grows with every change that a model would hear."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="voices", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=60)
    language = models.CharField(_("language"), max_length=8, default="en")
    tone = models.TextField(_("tone"), max_length=600, blank=True)
    sentence_length = models.CharField(
        _("sentence length"), max_length=8, choices=SentenceLength, default=SentenceLength.MIXED
    )
    audience = models.CharField(_("audience"), max_length=300, blank=True)
    signature_phrases = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    boundaries = models.TextField(_("boundaries"), max_length=1_000, blank=True)
    never_say = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    is_default = models.BooleanField(_("used unless another one is chosen"), default=False)
    # Whether texts that the creator accepts become samples.
    learns = models.BooleanField(_("learns from accepted texts"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)

    objects = BinnedQuerySet["Voice"].as_manager()

    class Meta:
        verbose_name = _("voice")
        verbose_name_plural = _("voices")
        constraints = [
            models.UniqueConstraint("user", Lower("name"), condition=Q(deleted_at=None), name="voice_name_unique"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True, deleted_at=None), name="voice_one_default"
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="voice_user_newest")]

    def __str__(self) -> str:
        return self.name


class VoiceSample(models.Model):
    """A text that shows how the creator writes: pasted, learned from a post that was accepted, or called a good example."""

    class Source(models.TextChoices):
        PASTED = "pasted", _("Pasted")
        LEARNED = "learned", _("Learned from a post")
        CHOSEN = "chosen", _("Called a good example")

    id = uuid_key()
    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="samples", verbose_name=_("voice"))
    text = models.TextField(_("text"), max_length=4_000)
    source = models.CharField(_("source"), max_length=16, choices=Source, default=Source.PASTED)
    content_id = models.UUIDField(_("content"), null=True)
    created_at = models.DateTimeField(_("created"))
    # A sample that was taken back is kept out of every prompt, and can be put back.
    removed_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("sample of a voice")
        verbose_name_plural = _("samples of voices")
        constraints = [
            models.UniqueConstraint(
                fields=["voice", "content_id"], condition=Q(content_id__isnull=False), name="voice_sample_once"
            )
        ]
        indexes = [
            models.Index(fields=["voice", "-id"], name="voice_sample_newest"),
            models.Index(fields=["content_id"], condition=Q(content_id__isnull=False), name="voice_sample_content"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class VoiceVersion(models.Model):
    """What a voice was at one version, to go back to and to repeat a request with. `snapshot` holds what models hear."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="versions", verbose_name=_("voice"))
    number = models.PositiveIntegerField(_("version"))
    snapshot = models.JSONField(_("snapshot"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("version of a voice")
        verbose_name_plural = _("versions of voices")
        constraints = [models.UniqueConstraint(fields=["voice", "number"], name="voice_version_unique")]

    def __str__(self) -> str:
        return f"{self.voice_id} v{self.number}"


class VoiceReadingQuerySet(work.WorkQuerySet["VoiceReading"]):
    pass


class VoiceReading(work.Work):
    """A model reads a voice's samples and proposes how to describe it: the unit of work of a worker.

    `proposal` waits for the creator: nothing of it is in the voice before they take it.
    """

    id = uuid_key()
    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="readings", verbose_name=_("voice"))
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    # The texts that were read, as they were then: whoever reads them again after a crash reads the same.
    texts = models.JSONField(_("texts"), default=list)
    decision = models.JSONField(_("routing decision"))
    proposal = models.JSONField(_("proposal"), default=dict, blank=True)
    # When the creator took the proposal, or put it away.
    answered_at = models.DateTimeField(_("answered"), null=True)
    created_at = models.DateTimeField(_("created"))

    objects = VoiceReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of samples")
        verbose_name_plural = _("readings of samples")
        constraints = work.constraints("voice_reading")
        indexes = [
            models.Index(fields=["voice", "-id"], name="voice_reading_newest"),
            *work.indexes("voice_reading"),
        ]

    def __str__(self) -> str:
        return f"{self.voice_id} {self.status}"
