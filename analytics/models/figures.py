"""What events come to by day and by hour. Every row can be made again from events; nothing but rollups writes here."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_DIMENSION: Final = 255


def owner() -> models.ForeignKey[models.Model, models.Model]:
    """Return the account whose figures these are, with which every key of the tables begins.

    That it is there, a rollup sees for itself, once for many rows.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("user"),
    )


class Figure(models.Model):
    """How often something happened, and what it summed up to, in the unit that `analytics.metrics` declares."""

    metric = models.CharField(_("metric"), max_length=64)
    dimension = models.CharField(_("dimension"), max_length=LONGEST_DIMENSION, default="", blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="", blank=True)
    count = models.BigIntegerField(_("count"), default=0)
    amount = models.DecimalField(_("amount"), max_digits=40, decimal_places=6, default=0)

    class Meta:
        abstract = True


class DailyFigure(Figure):
    """A metric of an account on a day of its calendar: in the time zone that it had when the events were rolled up."""

    pk = models.CompositePrimaryKey("user_id", "metric", "day", "dimension", "currency")
    user = owner()
    day = models.DateField(_("day"))

    class Meta:
        db_table = "analytics_daily"
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        indexes = [models.Index(fields=["day"], name="daily_day")]

    def __str__(self) -> str:
        return f"{self.metric} {self.day}"


class HourlyFigure(Figure):
    """The same for an hour (UTC), of the last 100 days."""

    pk = models.CompositePrimaryKey("user_id", "metric", "hour", "dimension", "currency")
    user = owner()
    hour = models.DateTimeField(_("hour"))

    class Meta:
        db_table = "analytics_hourly"
        verbose_name = _("hourly figure")
        verbose_name_plural = _("hourly figures")
        indexes = [models.Index(fields=["hour"], name="hourly_hour")]

    def __str__(self) -> str:
        return f"{self.metric} {self.hour:%Y-%m-%d %H:00}"


class PlatformFigure(Figure):
    """A metric over everybody on a day (UTC), those included whose names are forgotten."""

    pk = models.CompositePrimaryKey("metric", "day", "dimension", "currency")
    day = models.DateField(_("day"))

    class Meta:
        db_table = "analytics_platform_daily"
        verbose_name = _("figure of the platform")
        verbose_name_plural = _("figures of the platform")
        indexes = [models.Index(fields=["day"], name="platform_daily_day")]

    def __str__(self) -> str:
        return f"{self.metric} {self.day}"


class Visitor(models.Model):
    """That a visitor was counted on a day, so that they are not counted again. The number changes with every day."""

    pk = models.CompositePrimaryKey("user_id", "day", "visitor")
    user = owner()
    day = models.DateField(_("day"))
    visitor = models.BigIntegerField(_("visitor"))

    class Meta:
        db_table = "analytics_visitors"
        verbose_name = _("visitor of a day")
        verbose_name_plural = _("visitors of a day")
        indexes = [models.Index(fields=["day"], name="visitors_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.visitor}"


class RollupCursor(models.Model):
    """How far rollups have come: every event that arrived before `arrival` is in the figures, no other is. One row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    arrival = models.BigIntegerField(_("arrival"), default=0)
    # The cluster whose transactions are counted, and what is added to their numbers.
    system_identifier = models.BigIntegerField(_("system identifier"), null=True)
    offset = models.BigIntegerField(_("offset"), default=0)
    moved_at = models.DateTimeField(_("moved"), default=timezone.now)

    class Meta:
        db_table = "analytics_rollup_cursor"
        verbose_name = _("progress of the rollups")
        verbose_name_plural = _("progress of the rollups")

    def __str__(self) -> str:
        return str(self.arrival)
