from __future__ import annotations

from django.contrib import admin

from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntries(ReadOnlyAdmin[LedgerEntry]):
    list_display = (
        "created_at",
        "user",
        "task_type",
        "complexity",
        "tier",
        "model",
        "outcome",
        "input_tokens",
        "cached_tokens",
        "output_tokens",
        "cost_micro_usd",
        "credits",
        "latency_ms",
    )
    list_select_related = ("user",)
    list_filter = ("outcome",)
    ordering = ("-created_at", "-id")
    search_fields = ("reference__exact", "user__email__startswith")
