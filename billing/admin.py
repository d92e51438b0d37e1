from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.readonly_admin import ReadOnlyAdmin
from billing import budgets, comp_admin, revenue_admin, webhook_admin  # noqa: F401  # the admin finds no other module
from billing.models import BillingLetter, Budget, BudgetAlert, BudgetPeriod, QuotaPeriod, Reservation


@admin.register(QuotaPeriod)
class QuotaPeriods(ReadOnlyAdmin[QuotaPeriod]):
    list_display = ("user", "starts_at", "plan", "credit_limit", "used", "reserved", "premium_limit", "premium_used")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)


@admin.register(Reservation)
class Reservations(ReadOnlyAdmin[Reservation]):
    list_display = (
        "id",
        "period",
        "state",
        "credits",
        "charged",
        "premium",
        "cost_micro_usd",
        "charged_micro_usd",
        "created_at",
        "closed_at",
    )
    list_select_related = ("period",)
    ordering = ("-id",)


@admin.register(Budget)
class Budgets(admin.ModelAdmin[Budget]):
    """What may be spent. A limit changes and a budget rests; whose it is stays, for its periods tell of that."""

    list_display = ("scope", "user", "plan", "period", "limit", "spent", "reserved", "active")
    list_display_links = ("scope", "period")
    list_filter = ("scope",)
    list_select_related = ("user",)
    list_per_page = 50
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)
    show_full_result_count = False
    raw_id_fields = ("user",)
    subject = ("scope", "user", "plan", "period")
    fields = (*subject, "limit_micro_usd", "active", "spent", "reserved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        now = timezone.now()
        current = BudgetPeriod.objects.filter(budget=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now).order_by("pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                spent_now=Subquery(current.values("spent_micro_usd")[:1]),
                reserved_now=Subquery(current.values("reserved_micro_usd")[:1]),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Budget | None = None) -> tuple[str, ...]:
        return ("spent", "reserved", *(self.subject if obj else ()))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("limit"))
    def limit(self, budget: Budget) -> str:
        return budgets.usd(budget.limit_micro_usd)

    @admin.display(description=_("spent today or this month"))
    def spent(self, budget: Budget) -> str:
        return budgets.usd(cast(Any, budget).spent_now or Decimal(0)) if budget.pk else "–"

    @admin.display(description=_("reserved today or this month"))
    def reserved(self, budget: Budget) -> str:
        return budgets.usd(cast(Any, budget).reserved_now or Decimal(0)) if budget.pk else "–"


@admin.register(BudgetPeriod)
class BudgetPeriods(ReadOnlyAdmin[BudgetPeriod]):
    list_display = ("budget", "starts_at", "ends_at", "spent_micro_usd", "reserved_micro_usd")
    list_select_related = ("budget",)
    ordering = ("-id",)
    search_fields = ("budget__user__email__startswith",)


@admin.register(BudgetAlert)
class BudgetAlerts(ReadOnlyAdmin[BudgetAlert]):
    list_display = ("budget_period", "percent", "created_at", "mailed_at")
    list_select_related = ("budget_period",)
    ordering = ("-id",)


@admin.register(BillingLetter)
class BillingLetters(ReadOnlyAdmin[BillingLetter]):
    list_display = ("user", "kind", "created_at", "mailed_at")
    list_select_related = ("user",)
    ordering = ("-id",)
    search_fields = ("user__email__startswith",)
