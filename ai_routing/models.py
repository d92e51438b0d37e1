"""The ledger: what each call to a model used and cost."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LedgerEntry(models.Model):
    """One call to one deployment. Rows are only ever added: the database refuses to change or delete them.

    A completion that needed several calls has several rows with the same `reference`; `credits` stands on the one that
    closed it. Costs are micro-USD at the list price of `created_at`; null where no price is known.
    """

    class Outcome(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")
        CONTENT_FILTER = "content_filter", _("Content filter")
        RATE_LIMITED = "rate_limited", _("Rate limited")
        UNAVAILABLE = "unavailable", _("Unavailable")
        TIMED_OUT = "timed_out", _("Timed out")
        INTERRUPTED = "interrupted", _("Interrupted")
        MALFORMED = "malformed", _("Malformed answer")
        CONTEXT_TOO_LONG = "context_too_long", _("Context too long")
        MISCONFIGURED = "misconfigured", _("Misconfigured")
        LOST = "lost", _("Lost with its worker")

    class UsageSource(models.TextChoices):
        PROVIDER = "provider", _("Reported by the provider")
        COUNTED = "counted", _("Counted here")
        NONE = "none", _("Nothing used")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ledger_entries", verbose_name=_("user")
    )
    created_at = models.DateTimeField(_("created"))
    purpose = models.CharField(_("purpose"), max_length=32)
    reference = models.UUIDField(_("reference"))
    task_type = models.CharField(_("task type"), max_length=32)
    complexity = models.PositiveSmallIntegerField(_("complexity"))
    critical = models.BooleanField(_("critical"))
    tier = models.CharField(_("tier"), max_length=16)
    reason = models.CharField(_("reason"), max_length=300)
    provider = models.CharField(_("provider"), max_length=16)
    model = models.CharField(_("model"), max_length=64)
    prompt_version = models.CharField(_("prompt version"), max_length=64)
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    cached_tokens = models.PositiveIntegerField(_("cached tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    usage_source = models.CharField(_("usage"), max_length=16, choices=UsageSource, default=UsageSource.NONE)
    cost_micro_usd = models.DecimalField(_("cost"), max_digits=18, decimal_places=6, null=True)
    baseline_micro_usd = models.DecimalField(_("baseline, uncached"), max_digits=18, decimal_places=6, null=True)
    baseline_cached_micro_usd = models.DecimalField(_("baseline, cached"), max_digits=18, decimal_places=6, null=True)
    credits = models.PositiveIntegerField(_("credits"), default=0)
    first_token_ms = models.PositiveIntegerField(_("first token, ms"), null=True)
    latency_ms = models.PositiveIntegerField(_("latency, ms"), default=0)
    provider_request_id = models.CharField(_("provider request"), max_length=128, blank=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(
                condition=Q(cached_tokens__lte=models.F("input_tokens")), name="ledger_cached_within_input"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="ledger_user_created_at"),
            models.Index(fields=["-created_at"], name="ledger_created_at"),
            models.Index(fields=["reference"], name="ledger_reference"),
            models.Index(fields=["outcome", "-created_at"], name="ledger_outcome_created_at"),
            models.Index(fields=["model", "-created_at"], name="ledger_model_created_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.outcome} {self.created_at:%Y-%m-%d %H:%M:%S}"
