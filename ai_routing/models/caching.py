"""Answers that may be given again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

DIMENSIONS = 1_536


class CachedAnswer(models.Model):
    """A text, under the hash of everything that led to it. Without a user it may be given to anybody.

    Rows with the same `scope` differ in nothing but the question's words; `guard` hashes the numbers, names and
    negations in them.
    """

    key = models.BinaryField(_("key"), max_length=32, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, verbose_name=_("user")
    )
    scope = models.BinaryField(_("scope"), max_length=32)
    guard = models.BinaryField(_("guard"), max_length=32)
    embedding = VectorField(dimensions=DIMENSIONS, null=True)
    embedding_model = models.CharField(_("embedding model"), max_length=64, blank=True)
    task_type = models.CharField(_("task type"), max_length=32)
    tier = models.CharField(_("tier"), max_length=16)
    prompt_version = models.CharField(_("prompt version"), max_length=64)
    provider = models.CharField(_("provider"), max_length=16)
    model = models.CharField(_("model"), max_length=64)
    text = models.TextField(_("text"))
    finish_reason = models.CharField(_("finish reason"), max_length=24)
    input_tokens = models.PositiveIntegerField(_("input tokens"))
    output_tokens = models.PositiveIntegerField(_("output tokens"))
    hits = models.PositiveIntegerField(_("hits"), default=0)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("cached answer")
        verbose_name_plural = _("cached answers")
        indexes = [
            # The newest of a group are compared: a group may be large.
            models.Index(
                fields=["scope", "guard", "-created_at"],
                condition=models.Q(embedding__isnull=False),
                name="cached_answer_scope_guard",
            ),
            models.Index(fields=["expires_at"], name="cached_answer_expires_at"),
            models.Index(fields=["user"], name="cached_answer_user"),
            models.Index(fields=["prompt_version"], name="cached_answer_prompt"),
        ]

    def __str__(self) -> str:
        return f"{self.task_type} {self.created_at:%Y-%m-%d %H:%M:%S}"
