"""What creators make: contents, what they said before, where they come from."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import append_only, page_changes
from ai_routing.models import Run
from content.models.keys import BinnedQuerySet, OwnedQuerySet, search_vector, uuid_key
from content.models.voices import Voice

ON_PAGE = (
    "EXISTS (SELECT FROM content_publication WHERE content_id = {content} AND channel = 'huntaze'"
    " AND state = 'published')"
)
"""SQL for whether a content is shown on its creator's page."""


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


class Channel(models.TextChoices):
    """Where a post can be published: the creator's own page here, or a platform elsewhere."""

    HUNTAZE = "huntaze", _("My page")
    INSTAGRAM = "instagram", "Instagram"
    TIKTOK = "tiktok", "TikTok"
    X = "x", "X"
    ONLYFANS = "onlyfans", "OnlyFans"
    FANSLY = "fansly", "Fansly"
    REDDIT = "reddit", "Reddit"
    THREADS = "threads", "Threads"
    EMAIL = "email", _("Email")


class Origin(models.TextChoices):
    """Who wrote a text; an AI-written one that the creator changed is AI-assisted."""

    HUMAN = "human", _("Written by you")
    AI_ASSISTED = "ai_assisted", _("AI-assisted")
    AI_GENERATED = "ai_generated", _("AI-generated")


class Tag(models.Model):
    """A creator's own word for posts and media that belong together."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=40)

    objects = OwnedQuerySet["Tag"].as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [models.UniqueConstraint("user", Lower("name"), name="tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class ContentQuerySet(BinnedQuerySet["Content"]):
    pass


class Content(models.Model):
    """A text that a creator keeps: a draft, or a post that is or will be published.

    `revision` grows with every change, so that two tabs cannot overwrite each other unseen. The text of a channel that
    says something else stands in its ChannelText.
    """

    class Type(models.TextChoices):
        POST = "post", _("Post")
        EMAIL = "email", _("Email")
        DOCUMENT = "document", _("Document")

    class State(models.TextChoices):
        """Where a post stands, told from its publications by `content.publishing.states`."""

        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        FAILED = "failed", _("Failed")

    class Audience(models.TextChoices):
        """Who may read it on the creator's own page."""

        PUBLIC = "public", _("Everybody")
        FOLLOWERS = "followers", _("Followers")

    Origin = Origin

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contents", verbose_name=_("user")
    )
    title = models.CharField(_("title"), max_length=160, blank=True)
    # A draft may be empty: it is kept from the first key on.
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    type = models.CharField(_("type"), max_length=16, choices=Type, default=Type.POST)
    platform = models.CharField(_("platform"), max_length=16, choices=Platform, default=Platform.GENERIC)
    language = models.CharField(_("language"), max_length=8, default="en")
    origin = models.CharField(_("origin"), max_length=16, choices=Origin, default=Origin.HUMAN)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT, db_default=State.DRAFT)
    audience = models.CharField(
        _("audience"), max_length=16, choices=Audience, default=Audience.PUBLIC, db_default=Audience.PUBLIC
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, db_default=1)
    # What the creator asked for, as the composer's form had it; kept so that a draft opens where it was left.
    brief = models.JSONField(_("brief"), default=dict, db_default={}, blank=True)
    voice = models.ForeignKey(
        Voice, on_delete=models.SET_NULL, null=True, blank=True, related_name="contents", verbose_name=_("voice")
    )
    # The campaign that it was written for.
    run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="contents", verbose_name=_("campaign")
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="contents", verbose_name=_("tags"))
    # When the creator means to publish it; nothing happens by itself at that time.
    planned_for = models.DateTimeField(_("planned for"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    search = models.GeneratedField(
        expression=search_vector("title", "body"), output_field=SearchVectorField(), db_persist=True
    )

    objects = ContentQuerySet.as_manager()

    class Meta:
        triggers = page_changes.triggers(
            ["audience", "language", "origin", "deleted_at"],
            creator="touched.user_id",
            only=ON_PAGE.format(content="touched.id"),
        )
        db_table = "content"
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [
            models.CheckConstraint(condition=~Q(body="") | Q(state="draft"), name="content_body_not_empty"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "scheduled", "published", "failed"]), name="content_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="content_user_newest"),
            models.Index(fields=["user", "state", "-id"], condition=Q(deleted_at=None), name="content_user_state"),
            models.Index(
                fields=["user", "platform", "-id"], condition=Q(deleted_at=None), name="content_user_platform"
            ),
            models.Index(fields=["user", "type", "-id"], condition=Q(deleted_at=None), name="content_user_type"),
            models.Index(fields=["user", "origin", "-id"], condition=Q(deleted_at=None), name="content_user_origin"),
            models.Index(fields=["created_at"], name="content_created_at"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="content_deleted_at"),
            models.Index(
                fields=["user", "planned_for"], condition=Q(planned_for__isnull=False), name="content_user_planned"
            ),
            GinIndex(fields=["user", "search"], name="content_search"),
        ]

    def __str__(self) -> str:
        return self.title or self.body[:80] or str(_("Untitled"))


class ChannelText(models.Model):
    """A channel that a content is for. With `customized` it says `title` and `body`; else it says what all say.

    What it said of its own stays in the row when it says what all say again.
    """

    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="channels", verbose_name=_("content"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    customized = models.BooleanField(_("says something else"), default=False)
    title = models.CharField(_("title"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    # Who wrote what it says of its own; "" in rows of older days, for which the content's origin holds.
    origin = models.CharField(_("origin"), max_length=16, choices=Origin, blank=True, default="", db_default="")
    # Whether a text that AI had a part in says so here; heard only where the channel's policy leaves it to the creator.
    labelled = models.BooleanField(_("tells of AI"), default=True, db_default=True)
    search = models.GeneratedField(
        expression=search_vector("title", "body"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        triggers = page_changes.triggers(
            ["customized", "origin"],
            creator="(SELECT user_id FROM content WHERE id = touched.content_id)",
            only=f"touched.channel = 'huntaze' AND {ON_PAGE.format(content='touched.content_id')}",
        )
        verbose_name = _("text for a channel")
        verbose_name_plural = _("texts for channels")
        constraints = [models.UniqueConstraint(fields=["content", "channel"], name="channel_text_unique")]
        indexes = [GinIndex(fields=["search"], condition=Q(customized=True), name="channel_text_search")]

    def __str__(self) -> str:
        return f"{self.content_id} {self.channel}"


class ContentVersion(models.Model):
    """What a content said at one revision; `channels` maps each customized channel to its title, body and origin.

    `origin` is that of the shared text.
    """

    class Reason(models.TextChoices):
        TYPED = "typed", _("Edited")
        GENERATED = "generated", _("Written by AI")
        REWRITTEN = "rewritten", _("Rewritten by AI")
        RESTORED = "restored", _("Restored")
        IMPORTED = "imported", _("Imported")

    id = uuid_key()
    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="versions", verbose_name=_("content"))
    revision = models.PositiveIntegerField(_("revision"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    origin = models.CharField(_("origin"), max_length=16, choices=Origin)
    title = models.CharField(_("title"), max_length=160, blank=True)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    channels = models.JSONField(_("channels"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("version of a content")
        verbose_name_plural = _("versions of contents")
        constraints = [models.UniqueConstraint(fields=["content", "revision"], name="content_version_unique")]

    def __str__(self) -> str:
        return f"{self.content_id} r{self.revision}"


class ProvenanceEntry(models.Model):
    """Where a text comes from, step by step. Rows are only ever added: the database refuses to change or delete them.

    A row holds no text but its SHA-256, so it can outlive the content and the account, whose number it then forgets
    (`content.privacy`).
    """

    class Action(models.TextChoices):
        GENERATED = "generated", _("Written by AI")
        REWRITTEN = "rewritten", _("Rewritten by AI")
        EDITED = "edited", _("Edited by hand")
        RESTORED = "restored", _("An earlier version restored")
        PUBLISHED = "published", _("Published")
        LABELLED = "labelled", _("Label that tells of AI switched on")
        UNLABELLED = "unlabelled", _("Label that tells of AI switched off")

    # No constraint: the account and the content may be gone, the record stays.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    content_id = models.UUIDField(_("content"))
    action = models.CharField(_("action"), max_length=16, choices=Action)
    origin = models.CharField(_("origin"), max_length=16, choices=Origin)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    generation_id = models.UUIDField(_("generation"), null=True)
    text_sha256 = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("provenance entry")
        verbose_name_plural = _("provenance entries")
        indexes = [
            models.Index(fields=["content_id", "created_at"], name="provenance_content"),
            models.Index(fields=["user", "-created_at"], name="provenance_user"),
        ]
        triggers = [append_only.trigger(forgets=["user_id"])]

    def __str__(self) -> str:
        return f"{self.content_id} {self.action}"


class PostTemplate(models.Model):
    """A text to begin with, kept for the next time."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="post_templates", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=80)
    title = models.CharField(_("title"), max_length=160, blank=True)
    body = models.TextField(_("text"), max_length=20_000)
    # Values of Channel.
    channels = models.JSONField(_("channels"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = OwnedQuerySet["PostTemplate"].as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint("user", Lower("name"), name="post_template_name_unique")]

    def __str__(self) -> str:
        return self.name
