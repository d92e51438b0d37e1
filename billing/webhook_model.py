"""What Stripe told us, as a table. Import it from `billing.models`."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WebhookEvent(models.Model):
    """Something that Stripe told us, kept once. What is done about it, and when, is for `billing.stripe_events` to say."""

    event_id = models.CharField(_("Stripe id"), max_length=255, unique=True)
    type = models.CharField(_("type"), max_length=255)
    # Empty for what is about no customer, or while nobody has asked which.
    customer = models.CharField(_("customer"), max_length=255, blank=True, default="", db_index=True)
    # Beside the customer, which leaves the account when it is deleted at Stripe.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="webhook_events",
        verbose_name=_("user"),
        null=True,
    )
    payload = models.JSONField(_("payload"))
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("processed"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Whoever begins an attempt moves this on first, so that one that kills its worker is not begun for ever.
    next_attempt_at = models.DateTimeField(_("next attempt"))
    error_class = models.CharField(_("error"), max_length=100, blank=True, default="")
    error_text = models.CharField(_("what it said"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(processed_at=None), name="webhook_event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
