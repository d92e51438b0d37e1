"""The ledger: what each call to a model used and cost, and, for a while, what it was asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import append_only


class Cache(models.TextChoices):
    """Where an answer came from, when no model was asked for it."""

    NONE = "none", _("None")
    EXACT = "exact", _("Exact")
    SEMANTIC = "semantic", _("Semantic")


class LedgerEntry(models.Model):
    """One call to one deployment. Rows are only ever added: the database refuses to change or delete them, but for
    forgetting whose they were (`ai_routing.privacy`).

    A completion that needed several calls has several rows with the same `reference`; `credits` stands on the one that
    closed it. Costs are micro-USD at the list price of `created_at`; null where no price is known.

    With a `cache` other than none nothing was called: the tokens are those of the text that was served, which a model
    would have used again, and the cost is 0. A correction holds no tokens: its costs are what must be added to those of
    the row that it `corrects`.
    """

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        DRAFT = "draft", _("Draft that failed its checks")
        EMBEDDING = "embedding", _("Embedding")
        CORRECTION = "correction", _("Correction")

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
        CIRCUIT_OPEN = "circuit_open", _("Not asked: circuit open")
        REJECTED = "rejected", _("Failed its checks")
        LOST = "lost", _("Lost with its worker")

    class UsageSource(models.TextChoices):
        PROVIDER = "provider", _("Reported by the provider")
        COUNTED = "counted", _("Counted here")
        NONE = "none", _("Nothing used")

    # Null for a person whose account was erased: what was spent stays true.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="ledger_entries",
        verbose_name=_("user"),
    )
    created_at = models.DateTimeField(_("created"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.CALL)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="corrections", null=True, verbose_name=_("corrects")
    )
    purpose = models.CharField(_("purpose"), max_length=32)
    reference = models.UUIDField(_("reference"))
    plan = models.CharField(_("plan"), max_length=16, default="free")
    task_type = models.CharField(_("task type"), max_length=32)
    language = models.CharField(_("language"), max_length=8, default="en")
    complexity = models.PositiveSmallIntegerField(_("complexity"))
    critical = models.BooleanField(_("critical"))
    tier = models.CharField(_("tier"), max_length=16)
    reason = models.CharField(_("reason"), max_length=300)
    provider = models.CharField(_("provider"), max_length=16)
    model = models.CharField(_("model"), max_length=64)
    prompt_version = models.CharField(_("prompt version"), max_length=64)
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome)
    cache = models.CharField(_("cache"), max_length=16, choices=Cache, default=Cache.NONE)
    # Which checks a draft failed: ["language", "too_long"].
    faults = models.JSONField(_("faults"), default=list, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    cached_tokens = models.PositiveIntegerField(_("cached tokens"), default=0)
    cache_write_tokens = models.PositiveIntegerField(_("cache write tokens"), default=0)
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
                condition=Q(input_tokens__gte=F("cached_tokens") + F("cache_write_tokens")),
                name="ledger_cached_within_input",
            ),
            models.CheckConstraint(
                condition=Q(kind="correction") ^ Q(corrects=None), name="ledger_correction_has_a_row_to_correct"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="ledger_user_created_at"),
            models.Index(fields=["-created_at"], name="ledger_created_at"),
            models.Index(fields=["reference"], name="ledger_reference"),
            models.Index(fields=["outcome", "-created_at"], name="ledger_outcome_created_at"),
            models.Index(fields=["model", "-created_at"], name="ledger_model_created_at"),
            # The latest and dearest calls of a day are asked for by operators.
            models.Index(fields=["task_type", "-created_at"], name="ledger_task_created_at"),
            # Few have no price, and a report says which on every opening.
            models.Index(fields=["created_at"], condition=Q(cost_micro_usd=None), name="ledger_unpriced"),
        ]
        triggers = [append_only.trigger(forgets=["user_id"])]

    def __str__(self) -> str:
        return f"{self.model} {self.outcome} {self.created_at:%Y-%m-%d %H:%M:%S}"

    @property
    def is_answer(self) -> bool:
        """Whether this row's text was kept: a baseline of 0 says that it was not, null that none is known."""
        return self.baseline_micro_usd is None or self.baseline_micro_usd > 0


class PromptRecord(models.Model):
    """What a model was asked, encrypted, for support and abuse reports; deleted when `expires_at` is past."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompt_records", verbose_name=_("user")
    )
    reference = models.UUIDField(_("reference"))
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    ciphertext = models.BinaryField()

    class Meta:
        verbose_name = _("prompt record")
        verbose_name_plural = _("prompt records")
        indexes = [
            models.Index(fields=["reference"], name="prompt_record_reference"),
            models.Index(fields=["expires_at"], name="prompt_record_expires_at"),
            models.Index(fields=["user", "-created_at"], name="prompt_record_user"),
        ]

    def __str__(self) -> str:
        return str(self.reference)
