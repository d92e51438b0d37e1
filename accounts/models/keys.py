"""The keys that let people's programs in."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class Scope(models.TextChoices):
    """What a key may be used for. Each part of the API declares which of them it needs (`accounts.access.scoped`)."""

    CONTENT_READ = "content:read", _("Read texts and voices")
    CONTENT_WRITE = "content:write", _("Have texts written, and stop them")
    ASSISTANT = "assistant", _("Talk to the assistant")
    AI = "ai", _("Ask models through the OpenAI protocol")
    ANALYTICS_READ = "analytics:read", _("Read figures")
    USAGE = "usage", _("See the plan and the credits left")
    ACCOUNT = "account", _("See the account, and manage its keys and sessions")


# What keys of before there were scopes may do, and those that a release without them creates.
ALL_SCOPES = ["content:read", "content:write", "assistant", "ai", "usage", "account"]


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, now: datetime) -> ApiKeyQuerySet:
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def for_user(self, user: User) -> ApiKeyQuerySet:
        return self.filter(user=user)


class ApiKey(models.Model):
    """A key for a program. Only the SHA-256 of the secret is kept: the secret has 256 random bits, so no salt is needed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("starts with"), max_length=16)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=32), verbose_name=_("scopes"), db_default=ALL_SCOPES)
    created_at = models.DateTimeField(_("created"), editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        indexes = [models.Index(fields=["user", "-created_at"], name="api_key_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
