"""Fans as a creator knows them: who they are and where, what is noted of them, and since when they follow."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from content.models.keys import BinnedQuerySet, OwnedQuerySet, uuid_key


class Site(models.TextChoices):
    """Where a fan is known from, and where money comes from."""

    HUNTAZE = "huntaze", "Huntaze"
    ONLYFANS = "onlyfans", "OnlyFans"
    FANSLY = "fansly", "Fansly"
    PATREON = "patreon", "Patreon"
    STRIPE = "stripe", "Stripe"
    INSTAGRAM = "instagram", "Instagram"
    TIKTOK = "tiktok", "TikTok"
    X = "x", "X"
    REDDIT = "reddit", "Reddit"
    THREADS = "threads", "Threads"
    EMAIL = "email", _("Email")
    OTHER = "other", _("Elsewhere")


class FanTag(models.Model):
    """A creator's own word for fans who have something in common."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fan_tags", verbose_name=_("creator")
    )
    name = models.CharField(_("name"), max_length=40)

    objects = OwnedQuerySet["FanTag"].as_manager()

    class Meta:
        verbose_name = _("tag of fans")
        verbose_name_plural = _("tags of fans")
        constraints = [models.UniqueConstraint("user", Lower("name"), name="fan_tag_name_unique")]

    def __str__(self) -> str:
        return self.name


class FanQuerySet(BinnedQuerySet["Fan"]):
    pass


class Fan(models.Model):
    """A person who reads or pays a creator, as that creator knows them: another creator has a row of their own.

    `first_seen_at` and `last_seen_at` are of what the fan did; null when nothing is known. What is paid is counted here
    (`fans.books`), because counting payments for a whole list would take the longer the more there are.
    """

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="fans", verbose_name=_("creator")
    )
    # The account with which they follow, when they have one.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="known_as",
        verbose_name=_("account"),
    )
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=8, blank=True)
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    # What must never be said, sent or offered to them.
    do_not = ArrayField(models.CharField(max_length=200), verbose_name=_("never"), default=list, blank=True)
    tags = models.ManyToManyField(FanTag, blank=True, related_name="fans", verbose_name=_("tags"))
    first_seen_at = models.DateTimeField(_("first seen"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    followed_at = models.DateTimeField(_("follows since"), null=True, blank=True)
    first_paid_at = models.DateTimeField(_("first paid"), null=True, blank=True)
    last_paid_at = models.DateTimeField(_("last paid"), null=True, blank=True)
    payments = models.PositiveIntegerField(_("payments"), default=0, db_default=0)
    # The name and every identity, in small letters, to be searched by any part.
    words = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(_("added"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    recent_at = models.GeneratedField(
        expression=Coalesce(F("last_seen_at"), F("created_at")), output_field=models.DateTimeField(), db_persist=True
    )

    objects = FanQuerySet.as_manager()

    class Meta:
        verbose_name = _("fan")
        verbose_name_plural = _("fans")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(account__isnull=False), name="fan_account_once"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-recent_at", "-id"], condition=Q(deleted_at=None), name="fan_recent"),
            # Holds all that segments ask, so that they are counted without looking at the rows.
            models.Index(
                fields=["user", "last_seen_at"],
                include=["first_seen_at", "followed_at", "last_paid_at"],
                condition=Q(deleted_at=None),
                name="fan_segments",
            ),
            models.Index(fields=["user", "first_seen_at"], condition=Q(deleted_at=None), name="fan_first_seen"),
            models.Index(
                fields=["user", "-recent_at", "-id"],
                condition=Q(deleted_at=None, followed_at__isnull=False),
                name="fan_followers",
            ),
            models.Index(fields=["user", "last_paid_at"], condition=Q(deleted_at=None), name="fan_last_paid"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="fan_deleted"),
            GinIndex(fields=["user", "words"], opclasses=["int8_ops", "gin_trgm_ops"], name="fan_words"),
        ]

    def __str__(self) -> str:
        return self.name


class FanIdentity(models.Model):
    """What a fan is called on a platform."""

    id = uuid_key()
    # The creator's again: an identity leads to one fan of theirs.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("creator")
    )
    fan = models.ForeignKey(Fan, on_delete=models.CASCADE, related_name="identities", verbose_name=_("fan"))
    platform = models.CharField(_("platform"), max_length=16, choices=Site)
    handle = models.CharField(_("name there"), max_length=120)

    objects = OwnedQuerySet["FanIdentity"].as_manager()

    class Meta:
        verbose_name = _("identity of a fan")
        verbose_name_plural = _("identities of fans")
        constraints = [models.UniqueConstraint("user", "platform", Lower("handle"), name="fan_identity_once")]
        indexes = [models.Index(fields=["user", "platform", "fan"], name="fan_identity_platform")]

    def __str__(self) -> str:
        return f"{self.platform} {self.handle}"


class FanNote(models.Model):
    """What a creator keeps in mind of a fan. One that AI proposes counts for nothing until the creator says yes."""

    class Origin(models.TextChoices):
        HUMAN = "human", _("Written by you")
        AI = "ai", _("Proposed by AI")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for your yes")
        KEPT = "kept", _("Kept")
        REFUSED = "refused", _("Refused")

    id = uuid_key()
    fan = models.ForeignKey(Fan, on_delete=models.CASCADE, related_name="notes", verbose_name=_("fan"))
    text = models.TextField(_("note"), max_length=2_000)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.HUMAN)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.KEPT)
    created_at = models.DateTimeField(_("created"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("note on a fan")
        verbose_name_plural = _("notes on fans")
        constraints = [
            models.CheckConstraint(condition=Q(origin="ai") | Q(state="kept"), name="fan_note_only_ai_waits"),
        ]
        indexes = [models.Index(fields=["fan", "-id"], name="fan_note_newest")]

    def __str__(self) -> str:
        return self.text[:80]


class Follow(models.Model):
    """That an account follows a creator, from one moment until another; a new time begins a new row."""

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followers", verbose_name=_("creator")
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", verbose_name=_("account")
    )
    fan = models.ForeignKey(Fan, on_delete=models.CASCADE, related_name="follows", verbose_name=_("fan"))
    source = models.CharField(_("from"), max_length=16)
    followed_at = models.DateTimeField(_("followed"))
    unfollowed_at = models.DateTimeField(_("unfollowed"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(unfollowed_at=None), name="follow_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="follow_of_account"),
            models.Index(fields=["fan", "-id"], name="follow_of_fan"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.user_id}"
