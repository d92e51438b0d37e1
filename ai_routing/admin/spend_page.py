"""The page "AI spend", and each of its tables as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ai_routing.admin import spend_tables
from ai_routing.admin.period_form import PeriodForm
from ai_routing.models import LedgerEntry
from ai_routing.reports import calls, chart, notices, people, spend
from ai_routing.reports.period import Period
from ai_routing.reports.sums import percent

MICRO: Final = 1_000_000


def page(owner: ModelAdmin[LedgerEntry], request: HttpRequest) -> HttpResponse:
    """Answer with the report. Raises PermissionDenied for those who may not see the ledger."""
    form, found = asked(owner, request)
    tables = {table.key: table for table in spend_tables.every(found)}
    amounts = {day: sums.cost_usd for day, sums in found.spend.by_day.items()}
    context: dict[str, Any] = {
        **owner.admin_site.each_context(request),
        "title": _("AI spend"),
        "opts": LedgerEntry._meta,
        "form": form,
        "query": form.query(),
        "spend": found.spend,
        "total": found.spend.total,
        "corrections_usd": found.spend.total.corrections_cost / MICRO,
        "drafts_usd": found.spend.total.drafts_cost / MICRO,
        "escalations_usd": found.spend.escalations_cost / MICRO,
        "error_percent": percent(found.spend.total.errors, found.spend.total.calls),
        "bars": chart.bars(amounts),
        "highest": max(amounts.values()),
        "tables": tables.values(),
        "notices": notices.of_models(today=form.now.astimezone(UTC).date()),
    }
    return TemplateResponse(request, "admin/ai_routing/spend.html", context)


def csv_file(owner: ModelAdmin[LedgerEntry], request: HttpRequest) -> HttpResponse:
    """Answer with one table as CSV. Raises Http404 when there is none of that name, and PermissionDenied."""
    form, found = asked(owner, request)
    tables = {table.key: table for table in spend_tables.every(found)}
    table = tables.get(request.GET.get("table", ""))
    if table is None:
        raise Http404("There is no such table")
    chosen = form.chosen()
    name = f"ai-spend-{table.key}-{chosen.first:%Y%m%d}-{chosen.last:%Y%m%d}.csv"
    return HttpResponse(
        table.as_csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def asked(owner: ModelAdmin[LedgerEntry], request: HttpRequest) -> tuple[PeriodForm, spend_tables.Found]:
    if not owner.has_view_permission(request):
        raise PermissionDenied
    form = PeriodForm(request.GET, now=timezone.now())
    return form, read(form.chosen(), now=form.now)


def read(period: Period, *, now: datetime) -> spend_tables.Found:
    """Return all that the page tells of a period."""
    whole = spend.of(period, now=now)
    slowest, dearest = calls.rows(whole.slowest, whole.dearest)
    return spend_tables.Found(spend=whole, people=people.dearest(period), slowest=slowest, dearest=dearest)
