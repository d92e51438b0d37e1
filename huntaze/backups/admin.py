"""What operators see: the last backups and drills, and what came of each."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.readonly_admin import ReadOnlyAdmin
from huntaze.backups.models import Run


@admin.register(Run)
class Runs(ReadOnlyAdmin[Run]):
    list_display = (
        "began_at",
        "kind",
        "state",
        "seconds",
        "weight",
        "rows",
        "objects_of_media",
        "verified_at",
        "backup",
    )
    list_filter = ("kind", "state")
    ordering = ("-began_at", "-id")
    search_fields = ("backup__startswith",)
    fields: ClassVar = [
        *("kind", "state", "backup", "began_at", "ended_at", "seconds", "weight", "rows", "objects_of_media"),
        *("verified_at", "lease_expires_at", "lines"),
    ]
    readonly_fields = ("seconds", "weight", "lines")

    @admin.display(description=_("seconds"))
    def seconds(self, run: Run) -> str:
        return f"{(run.ended_at - run.began_at).total_seconds():.0f}" if run.ended_at else "–"

    @admin.display(description=_("size"), ordering="size")
    def weight(self, run: Run) -> str:
        return filesizeformat(run.size) if run.size is not None else "–"

    @admin.display(description=_("report"))
    def lines(self, run: Run) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((line,) for line in run.report))
