"""All figures of a range on one page, and each table of them as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from analytics import board, figures
from analytics.board import Board
from analytics.pages import addresses, ai, asking, breakdowns, cards, csv_files, people, trend, words
from analytics.pages.asking import Asked
from analytics.ranges import CUSTOM
from analytics.tables import TABLES

KPIS: Final = "kpis"


@creator_required
@require_GET
def overview(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    asked = asking.of(request, now=now)
    found = board.read(request.user, asked.range, asked.currency)
    template = "analytics/_board.html" if request.headers.get("HX-Request") else "analytics/overview.html"
    return render(request, template, context(request, asked, found, now=now))


def context(request: CreatorRequest, asked: Asked, found: Board, *, now: datetime) -> dict[str, Any]:
    user = request.user
    curve = trend.of(found, request.GET.get("trend", ""))
    earned_posts, viewed_posts = breakdowns.top_posts(user, found)
    return {
        "range": found.range,
        "is_custom": found.range.preset == CUSTOM,
        "fault": asked.fault,
        "presets": list(asking.presets(found.range, found.currency, trend=curve.key)),
        "currency": found.currency,
        "currencies": [
            asking.Preset(
                code, code.upper(), addresses.overview(found.range, code, trend=curve.key), code == found.currency
            )
            for code in found.currencies
        ],
        "days": words.days(found.range),
        "before_days": words.days(found.range.before),
        "as_of": figures.counted_until(),
        "is_empty": not (found.now or found.before),
        "cards": cards.of(user, found),
        "trend": curve,
        "trend_choices": list(trend.choices(found, curve.key)),
        "week_url": address("content:week"),
        "sources": breakdowns.by_source(user, found),
        "platforms": breakdowns.by_platform(user, found),
        "by_currency": breakdowns.by_currency(found),
        "earned_posts": earned_posts,
        "viewed_posts": viewed_posts,
        "ai": ai.panel(user, found),
        "exports": {name: addresses.export(name, found.range, found.currency) for name in (*TABLES, KPIS)},
        **people.sections(user, found, now=now),
    }


def address(name: str) -> str:
    """Return the address of a page of an app above this one, or "" where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@creator_required
@require_GET
def export(request: CreatorRequest, table: str) -> HttpResponseBase:
    make = TABLES.get(table)
    if make is None and table != KPIS:
        raise Http404("There is no such table.")
    now = timezone.now()
    asked = asking.of(request, now=now)
    found = board.read(request.user, asked.range, asked.currency)
    made = make(request.user, found, now) if make else cards.table(request.user, found)
    return csv_files.answer(f"{table}-{found.range.start}-{found.range.end}", made.columns, made.rows)
