"""What a creator may spend on AI this month, and what is set aside for calls under way."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class QuotaPeriod(models.Model):
    """A creator's credits for one calendar month (UTC). `used + reserved` never passes `credit_limit` by a reservation.

    A limit may later be lowered below what is used; then nothing more can be reserved until the period ends.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quota_periods", verbose_name=_("user")
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    plan = models.CharField(_("plan"), max_length=16)
    credit_limit = models.PositiveIntegerField(_("credits"))
    premium_limit = models.PositiveIntegerField(_("premium credits"))
    reserved = models.PositiveIntegerField(_("reserved"), default=0)
    used = models.PositiveIntegerField(_("used"), default=0)
    premium_reserved = models.PositiveIntegerField(_("premium reserved"), default=0)
    premium_used = models.PositiveIntegerField(_("premium used"), default=0)

    class Meta:
        verbose_name = _("quota period")
        verbose_name_plural = _("quota periods")
        constraints = [
            models.UniqueConstraint(fields=["user", "starts_at"], name="quota_period_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="quota_period_ends_after_start"),
            models.CheckConstraint(condition=Q(premium_used__lte=F("used")), name="quota_premium_used_within_used"),
            models.CheckConstraint(
                condition=Q(premium_reserved__lte=F("reserved")), name="quota_premium_reserved_within_reserved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%Y-%m}"


class ReservationQuerySet(models.QuerySet["Reservation"]):
    def open(self) -> ReservationQuerySet:
        return self.filter(state=Reservation.State.RESERVED)

    def expired(self, now: datetime) -> ReservationQuerySet:
        return self.open().filter(expires_at__lte=now)


class Reservation(models.Model):
    """Credits set aside for one completion, at the worst case, before any provider is called."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    period = models.ForeignKey(
        QuotaPeriod, on_delete=models.CASCADE, related_name="reservations", verbose_name=_("quota period")
    )
    credits = models.PositiveIntegerField(_("credits reserved"))
    premium = models.BooleanField(_("premium"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.RESERVED)
    charged = models.PositiveIntegerField(_("credits charged"), default=0)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(condition=Q(charged__lte=F("credits")), name="reservation_charged_within_credits"),
            models.CheckConstraint(
                condition=Q(state="reserved", closed_at=None) | (~Q(state="reserved") & Q(closed_at__isnull=False)),
                name="reservation_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(state="settled") | Q(charged=0), name="reservation_charged_if_settled"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="reserved"), name="reservation_open_expires_at"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state} {self.credits}"
