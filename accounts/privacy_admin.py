"""What operators see of people's rights: consents, copies of data, leaving; and for how long things are kept."""

from __future__ import annotations

import functools
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import handing_out
from accounts.models import Consent, DataExport, Erasure, RetentionPeriod, User
from accounts.privacy import erasing, exporting, receipt, retention, telling
from accounts.readonly_admin import ReadOnlyAdmin


@admin.register(Consent)
class Consents(ReadOnlyAdmin[Consent]):
    list_display = ("created_at", "user", "subject", "version", "act", "way")
    list_filter = ("subject",)
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)
    fields = ("created_at", "user", "subject", "version", "act", "way")


class StartForm(forms.ModelForm[models.Model]):
    """Asks for whom. One at a time."""

    def clean_user(self) -> User:
        user = cast(User, self.cleaned_data["user"])
        under_way = DataExport.UNDER_WAY if self._meta.model is DataExport else Erasure.OPEN
        if self._meta.model._base_manager.filter(user=user, state__in=under_way).exists():
            raise forms.ValidationError(_("One is under way for this person."))
        return user


class Started(ReadOnlyAdmin[Any]):
    """Rows that an operator may begin for a person who asks by mail, and follow; the workers do the rest."""

    form = StartForm
    list_select_related = ("user", "asked_by")
    ordering = ("-created_at", "-id")
    search_fields = ("id__exact", "user__email__startswith")
    raw_id_fields = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_fields(request, obj) if obj else ("user",)


@admin.register(DataExport)
class DataExports(Started):
    list_display = ("created_at", "user", "state", "rows", "size", "asked_by", "ready_at", "expires_at")
    fields = (
        "user",
        "asked_by",
        "state",
        "rows",
        "size",
        "created_at",
        "ready_at",
        "mailed_at",
        "expires_at",
        "claim",
        "lease_expires_at",
    )

    def save_model(self, request: HttpRequest, obj: DataExport, form: Any, change: bool) -> None:
        """Have a copy prepared. It is mailed to the person; the operator does not see it."""
        made = exporting.ask(obj.user, by=cast(User, request.user), request=request, now=timezone.now())
        obj.pk, obj.created_at = made.pk, made.created_at
        transaction.on_commit(functools.partial(handing_out.export, made.pk))


@admin.register(Erasure)
class Erasures(Started):
    list_display = ("id", "created_at", "user", "state", "due_at", "done_at", "asked_by", "mailed_at")
    fields = (
        "id",
        "user",
        "asked_by",
        "state",
        "created_at",
        "due_at",
        "closed_at",
        "done_at",
        "mailed_at",
        "claim",
        "lease_expires_at",
        "what_was_done",
    )
    readonly_fields = ("what_was_done",)
    actions = ("keep",)

    def save_model(self, request: HttpRequest, obj: Erasure, form: Any, change: bool) -> None:
        """Begin the 14 days; the person is told by mail, and can keep their account."""
        user = cast(User, obj.user)
        made = erasing.ask(user, by=cast(User, request.user), request=request, now=timezone.now())
        obj.pk, obj.created_at, obj.due_at = made.pk, made.created_at, made.due_at
        transaction.on_commit(functools.partial(telling.leaving, user, made))

    @admin.display(description=_("what was done"))
    def what_was_done(self, erasure: Erasure) -> SafeString:
        lines = receipt.lines(erasure.report)
        return format_html_join(
            "",
            "<div>{} · {}: {} / {} / {}</div>",
            ((line.app, line.name, line.deleted, line.anonymised, line.kept) for line in lines),
        )

    @admin.action(description=_("Keep the accounts"), permissions=["add"])
    def keep(self, request: HttpRequest, queryset: QuerySet[Erasure]) -> None:
        for erasure in queryset.select_related("user"):
            try:
                if erasure.user is None:
                    raise erasing.NotLeaving
                erasing.keep(erasure.user, by=cast(User, request.user), request=request, now=timezone.now())
            except erasing.NotLeaving:
                self.message_user(request, _("%(row)s can be taken back no more.") % {"row": erasure}, messages.ERROR)


class PeriodForm(forms.ModelForm[RetentionPeriod]):
    def clean_days(self) -> int:
        days: int = self.cleaned_data["days"]
        rule = retention.RULES.get(self.instance.key)
        if rule and not rule.least <= days <= rule.most:
            raise forms.ValidationError(
                _("From %(least)s to %(most)s days.") % {"least": rule.least, "most": rule.most}
            )
        return days


@admin.register(RetentionPeriod)
class RetentionPeriods(admin.ModelAdmin[RetentionPeriod]):
    form = PeriodForm
    list_display = ("what", "days", "bounds", "why", "by", "applied_at", "removed", "changed_at")
    ordering = ("key",)
    search_fields = ("key__startswith",)
    show_full_result_count = False
    fields = ("what", "days", "bounds", "why", "by", "applied_at", "removed", "changed_at")
    readonly_fields = ("what", "bounds", "why", "by", "applied_at", "removed", "changed_at")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        retention.store_missing(now=timezone.now())
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: RetentionPeriod | None = None) -> bool:
        rule = retention.RULES.get(obj.key) if obj else None
        return super().has_change_permission(request, obj) and (rule is None or not rule.is_fixed)

    def save_model(self, request: HttpRequest, obj: RetentionPeriod, form: Any, change: bool) -> None:
        retention.change(obj, now=timezone.now())

    @admin.display(description=_("what"))
    def what(self, row: RetentionPeriod) -> str:
        rule = retention.RULES.get(row.key)
        return str(rule.label) if rule else row.key

    @admin.display(description=_("may be"))
    def bounds(self, row: RetentionPeriod) -> str:
        rule = retention.RULES.get(row.key)
        if rule is None:
            return "–"
        return str(_("fixed")) if rule.is_fixed else f"{rule.least}–{rule.most}"

    @admin.display(description=_("why"))
    def why(self, row: RetentionPeriod) -> str:
        rule = retention.RULES.get(row.key)
        return str(rule.why) if rule else ""

    @admin.display(description=_("applied by"))
    def by(self, row: RetentionPeriod) -> str:
        rule = retention.RULES.get(row.key)
        return (rule.task or "apply_retention") if rule else ""
