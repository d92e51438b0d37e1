from __future__ import annotations

import functools
from typing import Any, ClassVar, Final, cast

from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import audit, privacy_admin, second_step_admin  # noqa: F401  # the admin finds no other module
from accounts.entrance import second_factors
from accounts.models import ApiKey, AuditEntry, Session, User
from accounts.readonly_admin import ReadOnlyAdmin
from accounts.sessions import browser, rows

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
    # The tier follows from what is paid and given: set by hand, the next payment would undo it.
    readonly_fields = ("tier", "created_at", "last_login", "email_verified_at", "second_step")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("name", "role", "tier", "locale", "time_zone", "theme")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "second_step")}),
        (_("Dates"), {"fields": ("last_login", "created_at", "email_verified_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
    filter_horizontal = ()

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(functools.partial(second_step_admin.page, self))
        return [path("<id>/second-step/", page, name="accounts_user_second_step"), *super().get_urls()]

    @admin.display(description=_("second step"))
    def second_step(self, user: User) -> str:
        if not second_factors.is_on(user):
            return str(_("Off"))
        address = reverse("admin:accounts_user_second_step", args=[user.pk])
        return format_html('{} · <a href="{}">{}</a>', _("On"), address, _("Reset the second step"))

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

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # Django's name
        """Set a password as Django does, which ends the sessions that the old one began."""
        response = super().user_change_password(request, id, form_url)
        user = self.get_object(request, unquote(id)) if response.status_code == 302 else None
        if user is not None:
            rows.end_all(user, Session.Ending.PASSWORD, kept=browser.sid_of(request), now=timezone.now())
            audit.record(user, "password_changed", actor=cast(User, request.user), request=request)
        return response


@admin.register(ApiKey)
class ApiKeys(admin.ModelAdmin[ApiKey]):
    """Keys are created by their owners; an operator may revoke one."""

    list_display = ("prefix", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("prefix__startswith",)
    show_full_result_count = False
    fields = ("prefix", "name", "user", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    readonly_fields: ClassVar[tuple[str, ...]] = ("prefix", "name", "user", "scopes", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Session)
class Sessions(ReadOnlyAdmin[Session]):
    """Where people are signed in; an operator may end a session, and see where it came from."""

    list_display = (
        "user",
        "kind",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ended_at",
        "ending",
        "address",
        "country",
    )
    list_filter = ("kind",)
    list_select_related = ("user",)
    ordering = ("-created_at", "-id")
    search_fields = ("user__email__startswith",)
    fields = ("id", *list_display, "user_agent")
    actions = ("end",)

    @admin.action(description=_("End the chosen sessions"), permissions=["view"])
    def end(self, request: HttpRequest, chosen: QuerySet[Session]) -> None:
        if not request.user.is_superuser:
            raise PermissionDenied
        now = timezone.now()
        for session in chosen.filter(ended_at=None).select_related("user"):
            if rows.end(session, Session.Ending.OPERATOR, now=now):
                self.log_change(request, session, "Ended")


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
