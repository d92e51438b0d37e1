"""What events say of each fan of a creator. A fan is a number here; who that is, `fans` knows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.figures import owner


class FanFigures(models.Model):
    """A fan of a creator: when they came, followed, paid and left. Times are those of the events."""

    pk = models.CompositePrimaryKey("user_id", "fan")
    user = owner()
    fan = models.UUIDField(_("fan"))
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    # Of several, the first follow counts for cohorts, the last one for whether they follow now.
    first_followed_at = models.DateTimeField(_("first followed"), null=True)
    followed_at = models.DateTimeField(_("followed"), null=True)
    unfollowed_at = models.DateTimeField(_("unfollowed"), null=True)
    first_paid_at = models.DateTimeField(_("first paid"), null=True)
    last_paid_at = models.DateTimeField(_("last paid"), null=True)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True)
    payments = models.IntegerField(_("payments"), default=0)

    class Meta:
        db_table = "analytics_fans"
        verbose_name = _("figures of a fan")
        verbose_name_plural = _("figures of fans")
        indexes = [
            models.Index(fields=["user", "first_paid_at"], name="fans_first_paid"),
            models.Index(fields=["user", "last_paid_at"], name="fans_last_paid"),
            models.Index(fields=["user", "first_followed_at"], name="fans_first_followed"),
        ]

    def __str__(self) -> str:
        return str(self.fan)


class FanMonth(models.Model):
    """What a fan paid a creator in a month of the creator's calendar, in one currency; refunds are taken off."""

    pk = models.CompositePrimaryKey("user_id", "month", "fan", "currency")
    user = owner()
    month = models.DateField(_("month"))
    fan = models.UUIDField(_("fan"))
    currency = models.CharField(_("currency"), max_length=3)
    payments = models.IntegerField(_("payments"), default=0)
    # Of them those that renew a subscription, and those that begin one.
    renewals = models.IntegerField(_("renewals"), default=0)
    subscriptions = models.IntegerField(_("subscriptions"), default=0)
    net_minor = models.BigIntegerField(_("net"), default=0)

    class Meta:
        db_table = "analytics_fan_months"
        verbose_name = _("month of a fan")
        verbose_name_plural = _("months of fans")
        indexes = [models.Index(fields=["user", "fan"], name="fan_months_fan")]

    def __str__(self) -> str:
        return f"{self.fan} {self.month:%Y-%m}"
