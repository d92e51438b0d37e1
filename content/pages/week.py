"""The week in a few sentences: asked for on demand, each sentence with the figures that bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import CreatorRequest, creator_required
from ai_routing.models.work import Status
from ai_routing.routing import InvalidRequest, NoDeployment
from billing import budgets, quota
from content import week_summary
from content.models import WeekSummary
from content.weekly.facts import Fact, of_week
from content.weekly.question import facts_of

REFUSALS = (week_summary.NothingToSay, quota.PlanRequired, budgets.BudgetExhausted, NoDeployment, InvalidRequest)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the summary, and the facts that it rests on."""

    text: str
    facts: Sequence[Fact]


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def week(request: CreatorRequest) -> HttpResponse:
    if request.method == "POST":
        ask(request)
        return redirect("content:week")
    now = timezone.now()
    monday = week_summary.last_week(request.user, now=now)
    summary = week_summary.latest(request.user, monday)
    facts = facts_of(summary) if summary else of_week(request.user, monday)
    context = {
        "summary": summary,
        "sentences": sentences(summary, facts) if summary else [],
        "facts": facts,
        "is_under_way": summary is not None and not summary.ended,
        "can_ask": (summary is None or summary.status == Status.FAILED) and week_summary.can_be_asked(facts),
        "cost_usd": cost(summary),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
    }
    template = "content/_week_summary.html" if request.headers.get("HX-Request") else "content/week.html"
    return render(request, template, context)


def ask(request: CreatorRequest) -> None:
    try:
        week_summary.request(request.user, now=timezone.now())
    except quota.QuotaExhausted as error:
        messages.error(
            request,
            _("The summary may need %(needed)s credits, and %(left)s are left this month.")
            % {"needed": error.needed, "left": error.left},
        )
    except REFUSALS:
        messages.error(request, _("No model can sum this up right now. Nothing was charged. Try again in a minute."))


def sentences(summary: WeekSummary, facts: Sequence[Fact]) -> list[Said]:
    by_number = {fact.number: fact for fact in facts}
    return [Said(one["text"], [by_number[number] for number in one["facts"]]) for one in summary.sentences]


def cost(summary: WeekSummary | None) -> Decimal | None:
    """Return what the model cost in US dollars; None where its price is not known."""
    known = summary.cost_micro_usd if summary else None
    return None if known is None else known / 1_000_000
