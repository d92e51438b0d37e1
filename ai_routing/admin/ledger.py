from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.readonly_admin import ReadOnlyAdmin
from ai_routing.admin import spend_page
from ai_routing.models import LedgerEntry


@admin.register(LedgerEntry)
class LedgerEntries(ReadOnlyAdmin[LedgerEntry]):
    change_list_template = "admin/ai_routing/ledgerentry_list.html"
    list_display = (
        "created_at",
        "user",
        "kind",
        "purpose",
        "task_type",
        "complexity",
        "tier",
        "provider",
        "model",
        "outcome",
        "cache",
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
    raw_id_fields = ("corrects",)
    search_fields = ("reference__exact", "user__email__startswith")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("report/", self.admin_site.admin_view(self.report), name="ai_routing_spend"),
            path("report/csv/", self.admin_site.admin_view(self.report_csv), name="ai_routing_spend_csv"),
        ]
        return own + super().get_urls()

    def report(self, request: HttpRequest) -> HttpResponse:
        return spend_page.page(self, request)

    def report_csv(self, request: HttpRequest) -> HttpResponse:
        return spend_page.csv_file(self, request)
