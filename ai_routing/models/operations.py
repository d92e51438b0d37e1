"""What operators decide about routing, and how good it was found to be. Rows are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import append_only
from ai_routing.catalogue import Tier
from ai_routing.routing import TaskType


class RoutingOverride(models.Model):
    """An operator's word on a task type. The newest row of a task type holds; the older ones are its history."""

    task_type = models.CharField(_("task type"), max_length=32, choices=[(task.value, task.value) for task in TaskType])
    tier = models.CharField(
        _("tier"),
        max_length=16,
        blank=True,
        choices=[(tier.value, tier.value) for tier in Tier],
        help_text=_("Empty: as the rules decide. Critical, compliance and legal work stays premium in any case."),
    )
    cascade = models.BooleanField(
        _("escalate"),
        default=True,
        help_text=_("Ask the premium model when the economy model's answer fails its checks."),
    )
    note = models.CharField(_("reason"), max_length=300)
    # Null for an operator whose account was erased.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("routing override")
        verbose_name_plural = _("routing overrides")
        constraints = [
            models.CheckConstraint(
                condition=Q(task_type__in=[task.value for task in TaskType]), name="override_task_known"
            ),
            models.CheckConstraint(
                condition=Q(tier__in=["", *[tier.value for tier in Tier]]), name="override_tier_known"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="override_has_reason"),
        ]
        indexes = [models.Index(fields=["task_type", "-id"], name="override_newest")]
        triggers = [append_only.trigger(forgets=["created_by_id"])]

    def __str__(self) -> str:
        return f"{self.task_type} → {self.tier or '–'}"


class RouterEvaluation(models.Model):
    """One judgement of the router on labelled data, by `manage.py evaluate_router --store`."""

    created_at = models.DateTimeField(_("created"))
    dataset = models.CharField(_("data set"), max_length=64)
    dataset_sha256 = models.CharField(_("data set, SHA-256"), max_length=64)
    router = models.CharField(_("router"), max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    metrics = models.JSONField(_("metrics"))

    class Meta:
        verbose_name = _("router evaluation")
        verbose_name_plural = _("router evaluations")
        indexes = [models.Index(fields=["-created_at"], name="evaluation_created_at")]
        triggers = [append_only.trigger()]

    def __str__(self) -> str:
        return f"{self.router} {self.created_at:%Y-%m-%d}"
