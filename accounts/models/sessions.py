"""Where a person is signed in."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self, now: datetime) -> SessionQuerySet:
        return self.filter(ended_at=None, expires_at__gt=now)

    def for_user(self, user: User) -> SessionQuerySet:
        return self.filter(user=user)


class Session(models.Model):
    """A person signed in, in one browser or with one API client. Every request of theirs looks whether it lives.

    Its id is the `sid` of tokens, and no secret. Of the refresh token only the SHA-256 is kept, with the number of the
    newest one: an older number that comes back was copied.
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", _("Browser")
        API = "api", _("API client")

    class Ending(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        REVOKED = "revoked", _("Ended by the person")
        PASSWORD = "password", _("Password changed")
        REPLACED = "replaced", _("Signed in anew")
        REUSED = "reused", _("Refresh token used twice")
        OPERATOR = "operator", _("Ended by an operator")
        ERASED = "erased", _("Account erased")

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("user")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    created_at = models.DateTimeField(_("created"))
    last_seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField(_("expires"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ending = models.CharField(_("why it ended"), max_length=12, choices=Ending, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    user_agent = models.CharField(_("program"), max_length=300, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    # Of an API client: what the password was when it signed in (as Django's own sessions keep it), and its refresh token.
    auth_hash = models.CharField(max_length=64, blank=True, editable=False)
    refresh_digest = models.BinaryField(max_length=32, null=True, editable=False)
    refresh_number = models.PositiveIntegerField(default=0, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        db_table = "sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | Q(ended_at__isnull=False) & ~Q(ending=""),
                name="session_says_why_it_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="session_user"),
            models.Index(fields=["-created_at"], name="session_created_at"),
            models.Index(fields=["expires_at"], name="session_expires_at"),
            models.Index(fields=["ended_at"], name="session_ended_at"),
            models.Index(fields=["kind"], name="session_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M:%S}"
