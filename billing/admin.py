from __future__ import annotations

from django.contrib import admin

from accounts.readonly_admin import ReadOnlyAdmin
from billing.models import QuotaPeriod, Reservation


@admin.register(QuotaPeriod)
class QuotaPeriods(ReadOnlyAdmin[QuotaPeriod]):
    list_display = ("user", "starts_at", "plan", "credit_limit", "used", "reserved", "premium_limit", "premium_used")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)


@admin.register(Reservation)
class Reservations(ReadOnlyAdmin[Reservation]):
    list_display = ("id", "period", "state", "credits", "charged", "premium", "created_at", "closed_at")
    list_select_related = ("period",)
    ordering = ("-id",)
