"""What happened, one row an event, partitioned by month."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened, with all that a rollup needs in `data`. Rows are never changed.

    The table is range-partitioned on `created_at` by month (`analytics.partitions`), so that column is part of the key.
    """

    pk = models.CompositePrimaryKey("id", "created_at")
    id = models.UUIDField(db_default=Func(function="uuidv7"), editable=False)
    # Events outlive accounts: erasure makes them anonymous instead of deleting what totals rest on.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("user"),
    )
    event = models.CharField(_("event"), max_length=64)
    # Of its type, when it was written: `analytics.events.data_of` reads older ones in the words of today.
    version = models.SmallIntegerField(_("version"), db_default=1)
    data = models.JSONField(_("data"), default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Grows with the transactions that record events, not with `created_at`: rollups take what arrived since the last one.
    arrival = models.BigIntegerField(_("arrival"), db_default=Func(function="analytics_arrival"), editable=False)

    class Meta:
        db_table = "analytics_events"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["user", "created_at"], name="event_user_created_at"),
            # The rows behind a figure: a rare event of somebody who has many others.
            models.Index(fields=["user", "event", "created_at"], name="event_user_name_created_at"),
            models.Index(fields=["event", "created_at"], name="event_name_created_at"),
            models.Index(fields=["created_at"], name="event_created_at"),
            models.Index(fields=["arrival"], name="event_arrival"),
            models.Index(KT("data__fan_id"), name="event_fan", condition=Q(data__has_key="fan_id")),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.created_at:%Y-%m-%d %H:%M:%S}"
