"""What people agreed to, the copies of their data, their leaving, and how long things are kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts import append_only


class Consent(models.Model):
    """That a person agreed to something, or withdrew it; the newest row of a subject holds. Rows are only ever added.

    `subject` and `version` are those of `accounts.privacy.consents`.
    """

    class Act(models.TextChoices):
        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Way(models.TextChoices):
        SIGN_UP = "sign_up", _("when signing up")
        ASKED_AGAIN = "asked_again", _("when asked again")
        SETTINGS = "settings", _("in the settings")

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents", verbose_name=_("user")
    )
    subject = models.CharField(_("subject"), max_length=32)
    version = models.CharField(_("version"), max_length=16)
    act = models.CharField(_("act"), max_length=16, choices=Act)
    way = models.CharField(_("way"), max_length=16, choices=Way)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(fields=["user", "subject", "-id"], name="consent_newest"),
            models.Index(fields=["subject", "-id"], name="consent_subject"),
        ]
        triggers = [append_only.trigger(is_deletable=True)]

    def __str__(self) -> str:
        return f"{self.subject} {self.version} {self.act}"


class DataExport(models.Model):
    """A copy of everything that is held about a person, prepared by a worker, to be fetched for seven days."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PREPARING = "preparing", _("Being prepared")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    UNDER_WAY = (State.WAITING, State.PREPARING)

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports", verbose_name=_("user")
    )
    # The operator who asked for it; null when the person did.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    claim = models.PositiveSmallIntegerField(_("claim"), default=0)
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True)
    # The name of the file in Django's storage.
    file = models.CharField(_("file"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size, bytes"), default=0)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    created_at = models.DateTimeField(_("created"))
    ready_at = models.DateTimeField(_("ready"), null=True)
    mailed_at = models.DateTimeField(_("mailed"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of people's data")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["waiting", "preparing"]), name="data_export_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(ready_at__isnull=False, expires_at__isnull=False) & ~Q(file=""),
                name="data_export_ready_has_file",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="data_export_user"),
            models.Index(fields=["-created_at"], name="data_export_created_at"),
            models.Index(
                fields=["lease_expires_at"],
                condition=Q(state__in=["waiting", "preparing"]),
                name="data_export_under_way",
            ),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="data_export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} {self.state}"


class Erasure(models.Model):
    """The leaving of an account, from the asking to the receipt, which names nobody: `id` is its reference.

    `report` maps each table to what was done there and how often: {"content.Content": {"deleted": 12}}. `address` is where
    the receipt goes, and is emptied when it is gone.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        CLOSED = "closed", _("Account closed")
        DONE = "done", _("Done")
        KEPT = "kept", _("Account kept")

    OPEN = (State.ASKED, State.CLOSED)

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="erasures",
        verbose_name=_("user"),
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.ASKED)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    closed_at = models.DateTimeField(_("account closed"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    claim = models.PositiveSmallIntegerField(_("claim"), default=0)
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True)
    report = models.JSONField(_("what was done"), default=dict, blank=True)
    address = models.EmailField(_("where the receipt goes"), blank=True)
    locale = models.CharField(_("language"), max_length=8, default="en")
    mailed_at = models.DateTimeField(_("receipt mailed"), null=True)

    class Meta:
        verbose_name = _("erasure of an account")
        verbose_name_plural = _("erasures of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["asked", "closed"]), name="erasure_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at=None)),
                name="erasure_done_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="erasure_user"),
            models.Index(fields=["-created_at"], name="erasure_created_at"),
            models.Index(fields=["due_at"], condition=Q(state__in=["asked", "closed"]), name="erasure_open"),
            models.Index(fields=["done_at"], condition=~Q(address=""), name="erasure_unmailed"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class RetentionPeriod(models.Model):
    """How many days something is kept, where an operator said so. `key` is a rule of `accounts.privacy.retention`."""

    key = models.CharField(_("what"), max_length=48, primary_key=True)
    days = models.PositiveIntegerField(_("days"))
    changed_at = models.DateTimeField(_("changed"))
    applied_at = models.DateTimeField(_("last applied"), null=True, editable=False)
    removed = models.PositiveBigIntegerField(_("removed so far"), default=0, editable=False)

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")

    def __str__(self) -> str:
        return self.key
