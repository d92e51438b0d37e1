"""The page of the events behind a figure, and the same as a file."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from analytics import behind, figures
from analytics.behind import Wanted
from analytics.metrics import Unit
from analytics.pages import addresses, asking, csv_files, event_words, words
from analytics.pages.breakdowns import SOURCES, platform
from analytics.ranges import DAY

TITLES: Final = {
    "earning.net": gettext_lazy("Net revenue"),
    "earning.gross": gettext_lazy("Gross revenue"),
    "earning.fee": gettext_lazy("Fees of the platforms"),
    "earning.refunded": gettext_lazy("Refunds"),
    "platform.earned": gettext_lazy("Net revenue by platform"),
    "content.earned": gettext_lazy("Net revenue of a post"),
    "page.viewed": gettext_lazy("Views"),
    "page.visitors": gettext_lazy("Visitors"),
    "content.viewed": gettext_lazy("Views of posts"),
    "link.clicked": gettext_lazy("Clicks on links"),
    "fan.followed": gettext_lazy("New followers"),
    "fan.unfollowed": gettext_lazy("Fans who stopped following"),
    "fan.lapsed": gettext_lazy("Paid subscriptions that ended"),
    "publication.published": gettext_lazy("Posts published"),
    "message.received": gettext_lazy("Messages from fans"),
    "message.sent": gettext_lazy("Messages to fans"),
    "ai.calls": gettext_lazy("Calls to models"),
    "ai.cost": gettext_lazy("Cost of AI"),
    "ai.baseline": gettext_lazy("What GPT-4o would have cost"),
    "draft.used": gettext_lazy("Drafts used"),
    "draft.edited": gettext_lazy("Drafts edited"),
    "proposal.decided": gettext_lazy("Proposals decided"),
    "generation.finished": gettext_lazy("Drafts made"),
}
"""The metrics whose rows a creator may open: those that a page of theirs shows."""


@creator_required
@require_GET
def rows(request: CreatorRequest, metric: str) -> HttpResponseBase:
    of = wanted(request, metric)
    if request.GET.get("as") == "csv":
        return csv_files.of_events(metric, behind.export(of))
    try:
        page = behind.page(of, request.GET.get("after", ""))
    except behind.UnknownMetric as error:
        raise Http404(str(error)) from error
    context = {
        "rows": event_words.rows(request.user, page.events),
        "more": here(of, after=page.after) if page.after else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "analytics/_rows.html", context)
    return render(
        request,
        "analytics/rows.html",
        {
            **context,
            "title": TITLES[metric],
            "total": total(of),
            "of": name_of(of, request),
            "days": words.days(of.range),
            "is_daily": bool(of.metric.unique),
            "overview_url": addresses.overview(of.range, of.currency),
            "csv_url": here(of, **{"as": "csv"}),
            "most_exported": behind.MOST_EXPORTED,
        },
    )


def wanted(request: CreatorRequest, metric: str) -> Wanted:
    if metric not in TITLES:
        raise Http404("There is no such figure.")
    asked = asking.of(request, now=timezone.now())
    try:
        return behind.wanted(request.user, metric, asked.range, asked.currency, request.GET.get("of"))
    except behind.UnknownMetric as error:
        raise Http404(str(error)) from error


def here(of: Wanted, **more: str) -> str:
    path = addresses.rows(of.metric.name, of.range, of.currency, of.dimension)
    return path + "".join(f"&{name}={addresses.quoted(value)}" for name, value in more.items())


def total(of: Wanted) -> str:
    """Return the figure that the rows add up to."""
    sums = figures.total(of.user, of.metric.name, of.range.start, of.range.end + DAY, dimension=of.dimension)
    match of.metric.unit:
        case Unit.MINOR:
            told = [one for one in sums if one.currency == of.currency or not of.currency]
            return " · ".join(words.shown(one.amount, "minor", one.currency) for one in told) or _("n/a")
        case Unit.MICRO_USD:
            return words.dollars(sum((one.amount for one in sums), words.ZERO))
        case _other:
            return words.number(Decimal(sum(one.count for one in sums)))


def name_of(of: Wanted, request: CreatorRequest) -> str:
    """Return what the rows were narrowed to: a source, a platform, a post."""
    if of.dimension is None:
        return ""
    match of.metric.dimension:
        case "source" if of.metric.currency:
            return str(SOURCES.get(of.dimension, of.dimension))
        case "platform" | "channel":
            return platform(of.dimension)
        case "content_id":
            name = event_words.content_name(request.user, of.dimension)
            return name.label if name else _("A post that is gone")
        case _other:
            return of.dimension or _("Not told")
