from __future__ import annotations

from typing import Any, ClassVar

from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, User

# Second steps and connected accounts are their owners' own; which services there are, the settings say.
for model in (Group, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(User)
class Users(UserAdmin[User]):
    ordering = ("-id",)
    list_display = ("email", "name", "role", "tier", "is_active", "created_at")
    list_filter = ("role", "tier")
    search_fields = ("email__startswith",)
    show_full_result_count = False
    readonly_fields = ("created_at", "last_login", "email_verified_at")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "role", "tier", "locale", "time_zone", "theme")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "created_at", "email_verified_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
    filter_horizontal = ()


@admin.register(ApiKey)
class ApiKeys(admin.ModelAdmin[ApiKey]):
    """Keys are created by their owners; an operator may revoke one."""

    list_display = ("prefix", "name", "user", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("prefix__startswith",)
    show_full_result_count = False
    fields = ("prefix", "name", "user", "created_at", "last_used_at", "expires_at", "revoked_at")
    readonly_fields: ClassVar[tuple[str, ...]] = ("prefix", "name", "user", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
