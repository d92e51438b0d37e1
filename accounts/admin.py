from __future__ import annotations

from typing import Any, ClassVar, Final, cast

from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, privacy_admin  # noqa: F401  # the admin finds no other module
from accounts.models import ApiKey, AuditEntry, User
from accounts.readonly_admin import ReadOnlyAdmin

# Second steps and connected accounts are their owners' own; which services there are, the settings say.
for model in (Group, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)

# What a change of these fields is called in the audit log, beside the edit itself.
TOLD_APART: Final = {"role_changed": ("role",), "permissions_changed": ("is_active", "is_staff", "is_superuser")}


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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an account is erased step by step, with a receipt (`Erasures`)."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        before = User.objects.filter(pk=obj.pk).first() if change else None
        super().save_model(request, obj, form, change)
        if before is None:
            return
        for kind, names in TOLD_APART.items():
            changed = {name: [getattr(before, name), getattr(obj, name)] for name in names}
            changed = {name: values for name, values in changed.items() if values[0] != values[1]}
            if changed:
                audit.record(obj, kind, actor=cast(User, request.user), request=request, data=changed)


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


@admin.register(AuditEntry)
class AuditEntries(ReadOnlyAdmin[AuditEntry]):
    list_display = ("created_at", "what", "user", "actor", "address")
    list_filter = ("kind",)
    list_select_related = ("user", "actor")
    ordering = ("-id",)
    search_fields = ("user__email__startswith", "actor__email__startswith")
    fields = ("created_at", "what", "kind", "user", "actor", "data", "address", "user_agent")

    @admin.display(description=_("what"), ordering="kind")
    def what(self, entry: AuditEntry) -> str:
        return str(audit.KINDS.get(entry.kind, audit.UNKNOWN).label)
