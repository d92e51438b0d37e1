"""Who people are, and the keys that let their programs in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Tier(models.TextChoices):
    """The plan a creator is on; `billing.plans` says what each includes."""

    FREE = "free", _("Free")
    STARTER = "starter", _("Starter")
    PRO = "pro", _("Pro")
    SCALE = "scale", _("Scale")


class Role(models.TextChoices):
    CREATOR = "creator", _("Creator")
    FAN = "fan", _("Fan")
    OPERATOR = "operator", _("Operator")


class Theme(models.TextChoices):
    SYSTEM = "system", _("System")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address in lower case: one person, one account, however they type it."""
        return super().normalize_email(email).lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(
            email, password, **{"role": Role.OPERATOR, "is_staff": True, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a creator (the tenant: all they make hangs on this row), a fan or an operator."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    tier = models.CharField(_("plan"), max_length=16, choices=Tier, default=Tier.FREE)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.CREATOR)
    locale = models.CharField(
        _("language"), max_length=8, choices=[("en", "English"), ("fr", "Français")], default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # One person, one account, however they type their address.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="user_tier_known"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="user_created_at"),
            models.Index(fields=["tier"], name="user_tier"),
            models.Index(fields=["role"], name="user_role"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return (self.name or self.email.partition("@")[0]).split(" ")[0]


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
        verbose_name = _("creator's profile")
        verbose_name_plural = _("creators' profiles")
        constraints = [
            models.CheckConstraint(condition=Q(handle__regex=r"^[a-z0-9_]{3,30}$"), name="profile_handle_plain"),
        ]

    def __str__(self) -> str:
        return self.handle or str(self.user_id)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def for_user(self, user: User) -> NotificationQuerySet:
        return self.filter(user=user)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that a person should know, shown in the app. `kind` is declared in `accounts.notifications`.

    With a `key`, the same thing is told once, however often it is reported.
    """

    id = models.UUIDField(primary_key=True, db_default=Func(function="uuidv7"), editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=48)
    data = models.JSONField(_("data"), default=dict, blank=True)
    # A path in the app, to where something can be done about it.
    url = models.CharField(_("address"), max_length=300, blank=True)
    key = models.CharField(_("key"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="notification_told_once")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["created_at"], name="notification_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M:%S}"
