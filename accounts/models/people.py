"""Who people are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import page_changes


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

    def by_address(self, email: str) -> User | None:
        """Return the account that has confirmed an address, or else the newest that claims it."""
        claims = self.filter(email=self.normalize_email(email))
        return claims.order_by(F("email_verified_at").asc(nulls_last=True), "-pk").first()

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the account for Django's own commands. Raises User.DoesNotExist."""
        found = self.by_address(username or "")
        if found is None:
            raise self.model.DoesNotExist
        return found

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Store a person whom a program or an operator vouches for: their address counts as confirmed."""
        fields.setdefault("email_verified_at", timezone.now())
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

    # Not unique by itself: whoever signs up with a taken address gets an account like everybody, and learns nothing. It
    # stays unconfirmed for good; see the constraint, and decision 22.
    email = models.EmailField(_("email address"))
    email_verified_at = models.DateTimeField(_("address confirmed"), null=True, blank=True)
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
    # What of `accounts.privacy.consents` they agreed to last; another value than the present one has them asked.
    agreed = models.CharField(_("agreed to"), max_length=80, blank=True, default="", db_default="", editable=False)
    # When the account is erased, unless its owner keeps it. Until then nothing of it is public.
    leaves_at = models.DateTimeField(_("leaves"), null=True, blank=True, editable=False)
    # Since when nothing new may be written, for what was not paid; see `accounts.read_only`. Written together with the
    # tier, by `billing.subscriptions` alone.
    read_only_since = models.DateTimeField(_("read-only since"), null=True, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        triggers = page_changes.triggers(
            ["name", "is_active", "leaves_at", "email_verified_at", "time_zone"], creator="touched.id"
        )
        db_table = "users"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            # One person, one account, however they type their address.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case"),
            models.UniqueConstraint(
                fields=["email"], condition=Q(email_verified_at__isnull=False), name="user_verified_email_once"
            ),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="user_tier_known"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
        ]
        indexes = [
            models.Index(fields=["email"], name="user_email"),
            models.Index(fields=["created_at"], name="user_created_at"),
            models.Index(fields=["tier"], name="user_tier"),
            models.Index(fields=["role"], name="user_role"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = User.objects.normalize_email(self.email)

    @property
    def has_confirmed_address(self) -> bool:
        """Whether they have shown that mail to their address reaches them."""
        return self.email_verified_at is not None

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return (self.name or self.email.partition("@")[0]).split(" ")[0]
