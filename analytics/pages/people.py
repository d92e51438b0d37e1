"""Fans in figures: from view to payment, who is late, when they are there, who stays; and the list of them behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import dates, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from accounts.dates import written
from accounts.models import User
from analytics import at_risk, best_hours, fan_rows, kpis, naming, paying, staying
from analytics.best_hours import Hour, Week
from analytics.board import Board
from analytics.naming import Name
from analytics.pages import addresses, asking, words
from analytics.ranges import Range
from analytics.staying import Cohort

MOST_AT_RISK: Final = 5
FEWEST_IN_COHORT: Final = 1

TITLES: Final = {
    "paying": gettext_lazy("Paying fans"),
    "lost": gettext_lazy("Fans who did not pay again"),
    "new": gettext_lazy("Fans who paid for the first time"),
    "late": gettext_lazy("Fans at risk"),
    "cohort": gettext_lazy("Fans of a month who paid again"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: `share` is of the first, `rate` says the share of the step before."""

    key: str
    label: str
    value: str
    share: int
    href: str
    rate: str
    raw: int


@dataclass(frozen=True, slots=True)
class Person:
    name: Name
    last_paid_at: datetime
    payments: int


def sections(user: User, board: Board, *, now: datetime) -> dict[str, Any]:
    """Return what the page shows of people, with a fixed number of queries."""
    late = at_risk.fans(user, now=now, most=MOST_AT_RISK)
    return {
        "funnel": funnel(user, board),
        "at_risk": named(user, [(str(one.fan), one.last_paid_at, one.payments) for one in late]),
        "risk_url": addresses.people("late", board.range, board.currency),
        "hours": hours(best_hours.of(user, now=now)),
        "hours_lead": _("Views, clicks, follows and messages of the last %(days)s days, by hour on your clock.")
        % {"days": best_hours.WINDOW.days},
        "cohorts": triangle(staying.cohorts(user, now=now), board.range),
    }


def funnel(user: User, board: Board) -> list[Step]:
    """Return the steps from view to payment; none where nobody has looked."""
    visitors = board.of("page.visitors").count
    if not visitors:
        return []
    range_ = board.range
    counts = [
        ("visitors", _("Saw your page"), visitors, addresses.rows("page.visitors", range_)),
        ("followers", _("Began to follow"), board.of("fan.followed").count, addresses.rows("fan.followed", range_)),
        ("paying", _("Paid for the first time"), paying.first_payments(user, range_), addresses.people("new", range_)),
    ]
    return [
        Step(
            key,
            label,
            words.number(Decimal(count)),
            min(100, count * 100 // visitors),
            href,
            rate(count, counts[at - 1][2]) if at else "",
            count,
        )
        for at, (key, label, count, href) in enumerate(counts)
    ]


def rate(count: int, before: int) -> str:
    share = kpis.conversion(count, before)
    if share is None:
        return _("n/a")
    if not kpis.KPIS["conversion"].is_told(before):
        return _("Not enough data")
    return _("%(percent)s%% of the step before") % {"percent": words.number(share, 1)}


def hours(week: Week) -> dict[str, Any]:
    """Return the grid, the best hours with the reason why, and the same as a table."""
    if not week.most:
        needed = _("An hour is told from %(fewest)s things on that fans did in it, and no hour has as many yet.")
        return {"rows": [], "hours": [], "best": [], "empty_text": needed % {"fewest": best_hours.FEWEST}}
    rows = [
        {
            "name": capfirst(str(dates.WEEKDAYS_ABBR[day])),
            "cells": [{"said": said(hour), "level": week.level(hour)} for hour in week.hours[day * 24 : day * 24 + 24]],
        }
        for day in range(7)
    ]
    told = [hour for hour in week.hours if hour.is_enough]
    return {
        "rows": rows,
        "hours": list(range(24)),
        "best": [{"label": hour_name(hour), "why": why(week, hour)} for hour in week.best],
        "counted": _("What fans did"),
        "table": [{"label": hour_name(hour), "value": words.number(Decimal(hour.count))} for hour in told],
        "empty_text": "",
    }


def hour_name(hour: Hour) -> str:
    weekday = capfirst(str(dates.WEEKDAYS[hour.weekday]))
    return _("%(weekday)s, %(from)s:00–%(to)s:00") % {
        "weekday": weekday,
        "from": hour.hour,
        "to": (hour.hour + 1) % 24 or 24,
    }


def said(hour: Hour) -> str:
    count = words.number(Decimal(hour.count)) if hour.is_enough else _("too little to tell")
    return f"{hour_name(hour)}{_(': ')}{count}"


def why(week: Week, hour: Hour) -> str:
    form = ngettext(
        "%(count)s things that fans did, on %(days)s day; %(times)s times the average hour.",
        "%(count)s things that fans did, on %(days)s days; %(times)s times the average hour.",
        hour.days,
    )
    return form % {
        "count": words.number(Decimal(hour.count)),
        "days": hour.days,
        "times": words.shown(week.times_average(hour), "count"),
    }


def triangle(found: list[Cohort], range_: Range) -> dict[str, Any]:
    """Return the cohorts as a triangle; nothing where there are too few of them to compare."""
    if len(found) < staying.FEWEST_MONTHS:
        return {"rows": [], "months": []}
    return {
        "rows": [
            {
                "name": written(cohort.month, _("M Y")),
                "size": words.number(Decimal(cohort.size)),
                "cells": [cell(cohort, later, range_) for later in range(len(cohort.stayed))],
            }
            for cohort in found
        ],
        "months": list(range(max(len(cohort.stayed) for cohort in found))),
    }


def cell(cohort: Cohort, later: int, range_: Range) -> dict[str, Any]:
    share = cohort.share(later)
    counts = {"stayed": cohort.stayed[later], "size": cohort.size}
    told = _("%(stayed)s of %(size)s fans") % counts
    if later == len(cohort.stayed) - 1:
        told = _("%(stayed)s of %(size)s fans so far: the month is not over") % counts
    return {
        "shown": _("%(percent)s%%") % {"percent": words.number(share)},
        "said": told,
        "href": addresses.cohort(cohort.month, later, range_) if cohort.stayed[later] else "",
        "level": max(1, min(5, int(-(-share // 20)))),
    }


def named(user: User, found: list[tuple[str, datetime, int]]) -> list[Person]:
    names = naming.names("fan", user, [fan for fan, _at, _payments in found])
    return [
        Person(names.get(fan) or Name(_("Fan %(number)s") % {"number": fan[:8]}), at, payments)
        for fan, at, payments in found
    ]


@creator_required
@require_GET
def people(request: CreatorRequest, group: str) -> HttpResponse:
    now = timezone.now()
    asked = asking.of(request, now=now)
    try:
        page = fan_rows.page(group, request.user, asked.range, request.GET.dict(), now=now)
    except fan_rows.UnknownGroup as error:
        raise Http404(str(error)) from error
    own = {name: request.GET[name] for name in ("month", "later") if name in request.GET}
    context = {
        "people": named(request.user, [(row.fan, row.last_paid_at, row.payments) for row in page.rows]),
        "more": addresses.people(group, asked.range, asked.currency, **own, after=page.after) if page.after else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "analytics/_fan_rows.html", context)
    return render(
        request,
        "analytics/people.html",
        {
            **context,
            "title": TITLES[group],
            "days": "" if group in {"late", "cohort"} else words.days(asked.range),
            "overview_url": addresses.overview(asked.range, asked.currency),
        },
    )
