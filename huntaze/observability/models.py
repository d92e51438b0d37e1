"""What was measured, which alarms ring, and what operators tell everybody about it. Nothing here is about a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Measured(models.Model):
    """What a minute, hour or day was like: `data` has groups and routes with their histograms, gauges and components.

    An hour is made from its minutes and a day from its hours, anew whenever one of them changes
    (`huntaze.observability.minutes`).
    """

    class Span(models.TextChoices):
        MINUTE = "minute", _("Minute")
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")

    span = models.CharField(_("span"), max_length=8, choices=Span)
    at = models.DateTimeField(_("begins"))
    data = models.JSONField(_("data"), default=dict)

    class Meta:
        app_label = "huntaze"
        db_table = "huntaze_measured"
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        constraints = [models.UniqueConstraint(fields=["span", "at"], name="measured_span_at")]

    def __str__(self) -> str:
        return f"{self.span} {self.at:%Y-%m-%d %H:%M}"


class AlarmState(models.Model):
    """How an alarm of the catalogue stands. `told` has, by receiver, what it was last told: "firing" or "over"."""

    name = models.CharField(_("alarm"), max_length=64, unique=True)
    firing = models.BooleanField(_("rings"), default=False)
    # Since when it rings, or has been silent.
    since = models.DateTimeField(_("since"))
    value = models.FloatField(_("value"), null=True)
    # When its figure was last past the threshold.
    past_at = models.DateTimeField(_("last past its threshold"), null=True, blank=True)
    told = models.JSONField(_("told"), default=dict, blank=True)
    told_at = models.DateTimeField(_("told last"), null=True, blank=True)
    silent_until = models.DateTimeField(_("silent until"), null=True, blank=True)

    class Meta:
        app_label = "huntaze"
        db_table = "huntaze_alarm"
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")

    def __str__(self) -> str:
        return self.name


class Mark(models.Model):
    """When something was last done that has to be done again and again, such as a backup, by whoever does it."""

    name = models.CharField(_("what"), max_length=64, unique=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        app_label = "huntaze"
        db_table = "huntaze_mark"
        verbose_name = _("mark")
        verbose_name_plural = _("marks")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class Incident(models.Model):
    """What operators tell everybody on the status page. A visitor without words in their language reads the English."""

    class Impact(models.TextChoices):
        NOTICE = "notice", _("Notice")
        DEGRADED = "degraded", _("Slow or in part")
        DOWN = "down", _("Not available")
        MAINTENANCE = "maintenance", _("Maintenance")

    title = models.CharField(_("title, English"), max_length=120)
    title_fr = models.CharField(_("title, French"), max_length=120, blank=True, default="")
    impact = models.CharField(_("impact"), max_length=16, choices=Impact, default=Impact.DEGRADED)
    components = models.JSONField(_("components"), default=list, blank=True)
    started_at = models.DateTimeField(_("began"))
    resolved_at = models.DateTimeField(_("over"), null=True, blank=True)

    class Meta:
        app_label = "huntaze"
        db_table = "huntaze_incident"
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes = [models.Index(fields=["-started_at"], name="incident_started_at")]

    def __str__(self) -> str:
        return self.title


class IncidentUpdate(models.Model):
    class State(models.TextChoices):
        LOOKING = "looking", _("We are looking into it")
        FOUND = "found", _("We know the cause")
        WATCHING = "watching", _("Mended, and we are watching")
        OVER = "over", _("Over")
        PLANNED = "planned", _("Planned")

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates", verbose_name=_("incident"))
    at = models.DateTimeField(_("when"))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.LOOKING)
    words = models.TextField(_("words, English"), max_length=2_000)
    words_fr = models.TextField(_("words, French"), max_length=2_000, blank=True, default="")

    class Meta:
        app_label = "huntaze"
        db_table = "huntaze_incident_update"
        verbose_name = _("update")
        verbose_name_plural = _("updates")

    def __str__(self) -> str:
        return f"{self.incident} {self.at:%Y-%m-%d %H:%M}"
