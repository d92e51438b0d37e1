"""The unit of work of a worker: one row, held by one worker at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ai_routing.models.ledger import Cache


class Status(models.TextChoices):
    """Where a piece of work stands: queued → writing → done, failed or stopped."""

    QUEUED = "queued", _("Waiting")
    WRITING = "writing", _("Writing")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")


UNDER_WAY = (Status.QUEUED, Status.WRITING)
ENDED = (Status.DONE, Status.FAILED, Status.STOPPED)


M = TypeVar("M", bound=models.Model)


class WorkQuerySet(models.QuerySet[M]):
    def stuck(self, *, now: datetime, queued_before: datetime) -> Self:
        """Those whose worker stopped renewing its lease, and those that no worker took for too long."""
        return self.filter(
            Q(status=Status.WRITING, lease_expires_at__lt=now) | Q(status=Status.QUEUED, queued_at__lt=queued_before)
        )


class Work(models.Model):
    """What a worker claims by taking a lease, which numbers the `claim`; only the newest claim may write to the row."""

    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    claim = models.PositiveSmallIntegerField(_("claim"), default=0)
    queued_at = models.DateTimeField(_("queued"))
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True)
    stop_requested_at = models.DateTimeField(_("stop requested"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    finish_reason = models.CharField(_("finish reason"), max_length=24, blank=True)
    # What a content filter found, and where: {"where": "prompt", "categories": ["violence"]}.
    filtered = models.JSONField(_("filtered"), default=dict, blank=True)
    model = models.CharField(_("model"), max_length=64, blank=True)
    cache = models.CharField(_("cache"), max_length=16, choices=Cache, default=Cache.NONE)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    cached_tokens = models.PositiveIntegerField(_("cached tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    cost_micro_usd = models.DecimalField(_("cost"), max_digits=18, decimal_places=6, null=True)
    baseline_micro_usd = models.DecimalField(_("baseline"), max_digits=18, decimal_places=6, null=True)
    credits = models.PositiveIntegerField(_("credits"), default=0)
    latency_ms = models.PositiveIntegerField(_("latency, ms"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        abstract = True

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def constraints(prefix: str) -> list[models.BaseConstraint]:
    """Return what holds for every kind of work; a model names its own with `prefix`."""
    return [
        models.CheckConstraint(condition=Q(status__in=Status.values), name=f"{prefix}_status_known"),
        models.CheckConstraint(
            condition=Q(status__in=UNDER_WAY, finished_at=None) | Q(status__in=ENDED, finished_at__isnull=False),
            name=f"{prefix}_ended_has_time",
        ),
        models.CheckConstraint(
            condition=~Q(status=Status.WRITING) | Q(lease_expires_at__isnull=False),
            name=f"{prefix}_writing_has_lease",
        ),
        models.CheckConstraint(condition=Q(status=Status.FAILED) ^ Q(error_code=""), name=f"{prefix}_failed_has_error"),
        models.CheckConstraint(condition=Q(cached_tokens__lte=F("input_tokens")), name=f"{prefix}_cached_within_input"),
    ]


def indexes(prefix: str) -> list[models.Index]:
    """Return the indexes by which the sweep finds work that is stuck."""
    return [
        models.Index(fields=["lease_expires_at"], condition=Q(status=Status.WRITING), name=f"{prefix}_writing_lease"),
        models.Index(fields=["queued_at"], condition=Q(status=Status.QUEUED), name=f"{prefix}_queued_at"),
    ]
