"""The week in a few sentences."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ai_routing.models import work
from billing.models import Reservation
from content.models.keys import uuid_key


class WeekSummaryQuerySet(work.WorkQuerySet["WeekSummary"]):
    pass


class WeekSummary(work.Work):
    """A model sums up a week of a creator's from numbered facts: the unit of work of a worker.

    `facts` are what it was given; `sentences` what it said that they bear out, each with the numbers of its facts;
    `dropped` how many of its sentences they did not.
    """

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    reservation = models.OneToOneField(
        Reservation, on_delete=models.RESTRICT, related_name="+", verbose_name=_("reservation")
    )
    # The Monday of the week, and the language that it is told in.
    week = models.DateField(_("week"))
    language = models.CharField(_("language"), max_length=8, default="en")
    facts = models.JSONField(_("facts"), default=list)
    decision = models.JSONField(_("routing decision"))
    sentences = models.JSONField(_("sentences"), default=list, blank=True)
    dropped = models.PositiveSmallIntegerField(_("dropped sentences"), default=0)
    created_at = models.DateTimeField(_("created"))

    objects = WeekSummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("summary of a week")
        verbose_name_plural = _("summaries of weeks")
        constraints = [
            *work.constraints("week_summary"),
            # Asked twice at once, it is written once; what failed may be asked again.
            models.UniqueConstraint(
                fields=["user", "week", "language"],
                condition=~models.Q(status=work.Status.FAILED),
                name="week_summary_once",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "week", "language", "-id"], name="week_summary_newest"),
            *work.indexes("week_summary"),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.status}"
