"""When posts go out: slots of the week, and a publication for each channel of a post."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import page_changes
from content.models.keys import OwnedQuerySet, uuid_key
from content.models.texts import Channel, Content


class Slot(models.Model):
    """An hour of the week at which the creator likes to post, in the creator's own time zone."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="slots", verbose_name=_("user")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    at = models.TimeField(_("time"))

    objects = OwnedQuerySet["Slot"].as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [models.UniqueConstraint(fields=["user", "weekday", "at"], name="slot_unique")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.at:%H:%M}"


class PublicationQuerySet(OwnedQuerySet["Publication"]):
    pass


class Publication(models.Model):
    """A post on its way to one channel, at `due_at`.

    The creator's own page takes it by itself. For a channel elsewhere the creator posts by hand: at the minute a
    reminder goes out and the publication is `reminded`, until the creator marks it as posted. `title` and `body` are
    what was published, kept when it was.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHING = "publishing", _("Being published")
        REMINDED = "reminded", _("Waits for you to post it")
        PUBLISHED = "published", _("Published")
        FAILED = "failed", _("Failed")
        CANCELED = "canceled", _("Canceled")

    # Those that something still has to happen to.
    OPEN = (State.SCHEDULED, State.PUBLISHING, State.REMINDED)

    id = uuid_key()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="publications", verbose_name=_("user")
    )
    content = models.ForeignKey(
        Content, on_delete=models.CASCADE, related_name="publications", verbose_name=_("content")
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.SCHEDULED)
    due_at = models.DateTimeField(_("due"))
    # Whether the time came from the queue: then it moves up when an earlier one is taken out.
    from_queue = models.BooleanField(_("from the queue"), default=False)
    # Held by one worker at a time; `attempt_at` is when it may be tried next.
    claim = models.PositiveSmallIntegerField(_("claim"), default=0)
    attempt_at = models.DateTimeField(_("next try"))
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error_code = models.CharField(_("error"), max_length=32, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    mailed_at = models.DateTimeField(_("reminded by mail"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    # Where it can be seen.
    url = models.URLField(_("address"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))

    objects = PublicationQuerySet.as_manager()

    class Meta:
        triggers = page_changes.triggers(
            ["state", "published_at", "title", "body", "channel"],
            creator="touched.user_id",
            only="touched.channel = 'huntaze' AND 'published' IN (touched.state, before.state)",
        )
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.UniqueConstraint(
                fields=["content", "channel"], condition=~Q(state="canceled"), name="publication_once_per_channel"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "publishing", "reminded", "published", "failed", "canceled"]),
                name="publication_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="publication_published_has_time"
            ),
            models.CheckConstraint(condition=Q(state="failed") ^ Q(error_code=""), name="publication_failed_has_error"),
        ]
        indexes = [
            models.Index(fields=["user", "due_at"], name="publication_user_due"),
            models.Index(fields=["attempt_at"], condition=Q(state="scheduled"), name="publication_due"),
            models.Index(fields=["lease_expires_at"], condition=Q(state="publishing"), name="publication_lease"),
            models.Index(
                fields=["reminded_at"], condition=Q(state="reminded", mailed_at=None), name="publication_unmailed"
            ),
            models.Index(
                fields=["user", "channel", "-published_at"],
                condition=Q(state="published"),
                name="publication_on_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.due_at:%Y-%m-%d %H:%M} {self.state}"
