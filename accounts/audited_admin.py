"""The admin site whose every page writes what operators do into the audit log, whichever app it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.http import HttpRequest

from accounts import audit
from accounts.models import User

Noted = list[LogEntry] | LogEntry


class Audited(admin.ModelAdmin[Model]):
    """What the admin notes in its own history goes into the audit log too. Mixed in by the site."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(request, obj, "add", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        record(request, obj, "change", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            record(request, row, "delete", "")
        return super().log_deletions(request, queryset)


class AuditedSite(admin.AdminSite):
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        base = admin_class or admin.ModelAdmin
        audited = type(base.__name__, (Audited, base), {"__module__": base.__module__, "__doc__": base.__doc__})
        super().register(model_or_iterable, audited, **options)


def record(request: HttpRequest, row: Model, action: str, message: Any) -> None:
    """Write down that an operator touched a row: which, how and which fields, never what stood or stands in them."""
    audit.record(
        concerned(row),
        "admin_edit",
        actor=cast(User, request.user),
        request=request,
        data={"model": row._meta.label_lower, "row": str(row.pk), "action": action, "fields": sorted(fields(message))},
    )


def concerned(row: Model) -> User | None:
    """Return whose row it is; None for what belongs to nobody."""
    owner = row if isinstance(row, User) else getattr(row, "user", None)
    return owner if isinstance(owner, User) else None


def fields(message: Any) -> Iterable[str]:
    """Return the names of fields in a message of the admin, which has the names of rows as well."""
    if not isinstance(message, list):
        return set()
    return {name for part in message for detail in part.values() for name in detail.get("fields", ())}
