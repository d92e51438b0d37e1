"""The media library: images and videos of a creator, what was made of them, and where they are used."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import page_changes
from content.models.keys import BinnedQuerySet, OwnedQuerySet, search_vector, uuid_key
from content.models.texts import ON_PAGE, Content, Origin, Tag

ON_ATTACHED = ON_PAGE.format(content="attached.content_id")


class Folder(models.Model):
    """A place for media; folders lie in folders."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="folders", verbose_name=_("user")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("lies in")
    )
    name = models.CharField(_("name"), max_length=60)
    created_at = models.DateTimeField(_("created"))

    objects = OwnedQuerySet["Folder"].as_manager()

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        constraints = [
            models.UniqueConstraint("user", "parent", Lower("name"), nulls_distinct=False, name="folder_name_unique"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="folder_not_in_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """An image or a video. Its bytes lie in the object store under `key`; what it is was told from the bytes.

    `size` is bytes, as stored; it counts against the plan's storage from the moment the upload is allowed.
    """

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        VIDEO = "video", _("Video")

    class State(models.TextChoices):
        UPLOADING = "uploading", _("Uploading")
        PROCESSING = "processing", _("Being prepared")
        READY = "ready", _("Ready")
        REJECTED = "rejected", _("Not accepted")

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assets", verbose_name=_("user")
    )
    folder = models.ForeignKey(
        Folder, on_delete=models.SET_NULL, null=True, blank=True, related_name="assets", verbose_name=_("folder")
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="assets", verbose_name=_("tags"))
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.UPLOADING)
    # A code of `content.media.faults`, for what was not accepted.
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    key = models.CharField(_("key in the store"), max_length=200, blank=True)
    media_type = models.CharField(_("media type"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    width = models.PositiveIntegerField(_("width, pixels"), null=True)
    height = models.PositiveIntegerField(_("height, pixels"), null=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"), null=True)
    sha256 = models.BinaryField(max_length=32, null=True)
    alt_text = models.CharField(_("alternative text"), max_length=1_000, blank=True)
    alt_origin = models.CharField(_("who wrote it"), max_length=16, choices=Origin, default=Origin.HUMAN)
    # The creator's own eyes only: shown blurred until it is asked for.
    blurred = models.BooleanField(_("blurred"), default=False)
    # An upload in parts: how many bytes each has, and how many there are.
    part_size = models.PositiveIntegerField(_("size of a part, bytes"), default=0)
    parts = models.PositiveIntegerField(_("parts"), default=1)
    upload_expires_at = models.DateTimeField(_("upload expires"), null=True)
    # Held by one worker at a time while it is being prepared.
    claim = models.PositiveSmallIntegerField(_("claim"), default=0)
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    search = models.GeneratedField(
        expression=search_vector("name", "alt_text"), output_field=SearchVectorField(), db_persist=True
    )

    objects = BinnedQuerySet["Asset"].as_manager()

    class Meta:
        triggers = page_changes.triggers(
            ["state", "key", "width", "height", "alt_text", "deleted_at"],
            creator="touched.user_id",
            only=f"EXISTS (SELECT FROM content_attachment AS attached WHERE attached.asset_id = touched.id AND {ON_ATTACHED})",
        )
        verbose_name = _("media file")
        verbose_name_plural = _("media files")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["uploading", "processing", "ready", "rejected"]), name="asset_state_known"
            ),
            models.CheckConstraint(condition=Q(state="rejected") ^ Q(error_code=""), name="asset_rejected_has_error"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(deleted_at=None), name="asset_user_newest"),
            models.Index(fields=["user", "folder", "-id"], condition=Q(deleted_at=None), name="asset_user_folder"),
            models.Index(fields=["user", "kind", "-id"], condition=Q(deleted_at=None), name="asset_user_kind"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="asset_deleted_at"),
            models.Index(fields=["upload_expires_at"], condition=Q(state="uploading"), name="asset_upload_expires"),
            models.Index(fields=["lease_expires_at"], condition=Q(state="processing"), name="asset_lease"),
            GinIndex(fields=["user", "search"], name="asset_search"),
        ]

    def __str__(self) -> str:
        return self.name


class Rendition(models.Model):
    """What was made of a media file: a thumbnail, or its shape for a channel."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions", verbose_name=_("media file"))
    name = models.CharField(_("name"), max_length=32)
    key = models.CharField(_("key in the store"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=64)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    width = models.PositiveIntegerField(_("width, pixels"))
    height = models.PositiveIntegerField(_("height, pixels"))

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [models.UniqueConstraint(fields=["asset", "name"], name="rendition_unique")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.name}"


class Attachment(models.Model):
    """A media file in a content, in the creator's order."""

    content = models.ForeignKey(
        Content, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("content")
    )
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("media file"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        triggers = page_changes.triggers(
            ["position"],
            creator="(SELECT user_id FROM content WHERE id = touched.content_id)",
            only=ON_PAGE.format(content="touched.content_id"),
        )
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [models.UniqueConstraint(fields=["content", "asset"], name="attachment_once")]
        indexes = [models.Index(fields=["content", "position"], name="attachment_position")]

    def __str__(self) -> str:
        return f"{self.content_id} {self.asset_id}"
