"""What a creator tells of themselves, and how they like to work."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import page_changes
from accounts.models.people import User


class CreatorProfile(models.Model):
    """What a creator told of themselves, and how they like to work. `handle` is the name of their public page.

    A creator without a row has told nothing yet: `accounts.profiles.of` makes one.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="profile", verbose_name=_("user")
    )
    handle = models.CharField(_("handle"), max_length=30, null=True, blank=True, unique=True)
    bio = models.TextField(_("about you"), max_length=500, blank=True)
    # The answers of the onboarding: what they make, in which languages, where they publish.
    makes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    channels = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    onboarded_at = models.DateTimeField(_("onboarded"), null=True, blank=True)
    checklist_dismissed_at = models.DateTimeField(_("checklist put away"), null=True, blank=True)
    shortcuts = models.BooleanField(_("shortcuts of a single key"), default=True)
    privacy_blur = models.BooleanField(_("blur media on screen"), default=False)
    mail_reminders = models.BooleanField(_("remind me by mail when it is time to post"), default=True)
    # Raised to make the calendar's old feed address useless.
    feed_number = models.PositiveIntegerField(_("number of the calendar feed"), default=1)
    # Off until the creator asks for it: nobody subscribes to a calendar without knowing its address.
    feed_enabled = models.BooleanField(_("calendar feed"), default=False)

    class Meta:
        triggers = page_changes.triggers_of_handles(["handle", "bio"])
        verbose_name = _("creator's profile")
        verbose_name_plural = _("creators' profiles")
        constraints = [
            models.CheckConstraint(condition=Q(handle__regex=r"^[a-z0-9_]{3,30}$"), name="profile_handle_plain"),
        ]

    def __str__(self) -> str:
        return self.handle or str(self.user_id)
