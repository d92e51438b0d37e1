"""What was backed up and restored for practice, and what came of it. The backups themselves say more, in their bucket."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """One backup or drill. While it runs it holds a lease, of which there is one for each kind."""

    class Kind(models.TextChoices):
        BACKUP = "backup", _("Backup")
        DRILL = "drill", _("Drill")

    class State(models.TextChoices):
        RUNNING = "running", _("Under way")
        DONE = "done", _("Good")
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RUNNING)
    backup = models.CharField(_("backup"), max_length=32, blank=True)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    verified_at = models.DateTimeField(_("verified"), null=True)
    lease_expires_at = models.DateTimeField(_("lease expires"))
    size = models.BigIntegerField(_("size"), null=True)
    rows = models.BigIntegerField(_("rows"), null=True)
    objects_of_media = models.BigIntegerField(_("media files"), null=True)
    report = models.JSONField(_("report"), default=list, blank=True)

    class Meta:
        verbose_name = _("backup or drill")
        verbose_name_plural = _("backups and drills")
        constraints = [
            models.UniqueConstraint(fields=["kind"], condition=Q(state="running"), name="backup_run_one_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["-began_at"], name="backup_run_began_at"),
            models.Index(fields=["kind", "state", "-began_at"], name="backup_run_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.backup}"
