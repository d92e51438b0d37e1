"""`/status`: how the parts stand now and stood in the last 90 days, and what operators tell of it. For everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.public_pages import Page, public_page
from huntaze.observability import components
from huntaze.observability.components import State
from huntaze.observability.models import Incident, IncidentUpdate, Measured

Span = Measured.Span
DAYS: Final = 90
STALE: Final = timedelta(minutes=4)
"""Older than that, the last look says nothing of now."""
SHARED_SECONDS: Final = 30
TOLD: Final = timedelta(days=30)
"""How long an incident that is over is shown."""

WORDS: Final[Mapping[State | None, Promise]] = {
    State.UP: _("Works"),
    State.DEGRADED: _("Slow or in part"),
    State.DOWN: _("Not available"),
    None: _("Not known"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """`share` is the percentage of known minutes in which it could be used; None where none is known."""

    at: datetime
    share: Decimal | None
    kind: str
    x: int


@dataclass(frozen=True, slots=True)
class Line:
    name: str | Promise
    state: str
    words: Promise
    days: Sequence[Day]
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class Told:
    """An incident or an update in the reader's language."""

    words: str
    at: datetime
    state: str
    over: datetime | None = None
    updates: Sequence[Told] = ()


@public_page
def shown(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    states, looked_at = current(now=now)
    days = by_day(now=now)
    lines = [line(component, states, days, now=now) for component in components.every()]
    incidents = told(now=now)
    found = [states[component.key] for component in components.every() if component.key in states]
    context = {
        "page": Page(
            _("Status"), _("How Huntaze stands now, and how it stood in the last 90 days."), reverse("status")
        ),
        "lines": lines,
        "worst": str(components.worst(*found)) if found else "unknown",
        "open": [incident for incident in incidents if incident.over is None],
        "past": [incident for incident in incidents if incident.over is not None],
        "looked_at": looked_at,
        "days": DAYS,
    }
    return render(request, "front/status.html", context)


def page(request: HttpRequest) -> HttpResponse:
    """Show the page; a CDN keeps it for half a minute, in which nothing is asked of us however many look."""
    response = shown(request)
    if "s-maxage" in response.get("Cache-Control", ""):
        response["Cache-Control"] = f"public, max-age=0, s-maxage={SHARED_SECONDS}"
    return response


def current(*, now: datetime) -> tuple[dict[str, State], datetime | None]:
    """Return how the parts stood at the last look, and when that was; nothing where it is too long ago."""
    row = (
        Measured.objects.filter(span=Span.MINUTE, at__gte=now - STALE)
        .exclude(data__components={})
        .order_by("-at")
        .values_list("at", "data__components")
        .first()
    )
    if row is None:
        return {}, None
    at, found = row
    return {key: State(next(iter(states))) for key, states in found.items() if set(states) <= set(State)}, at


def by_day(*, now: datetime) -> dict[datetime, dict[str, Any]]:
    first = midnight(now) - timedelta(days=DAYS - 1)
    rows = Measured.objects.filter(span=Span.DAY, at__gte=first).order_by("at")
    return dict(rows.values_list("at", "data__components"))


def midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def line(
    component: components.Component,
    states: Mapping[str, State],
    by_days: Mapping[datetime, Mapping[str, Any]],
    *,
    now: datetime,
) -> Line:
    state = states.get(component.key)
    today = midnight(now)
    dates = [today - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    minutes = [by_days.get(at, {}).get(component.key, {}) for at in dates]
    days = [
        Day(at, share(found), kind_of(found), x=number * 5)
        for number, (at, found) in enumerate(zip(dates, minutes, strict=True))
    ]
    total = {name: sum(found.get(name, 0) for found in minutes) for name in State}
    return Line(component.name, str(state) if state else "unknown", WORDS[state], days, share(total))


def share(found: Mapping[Any, int]) -> Decimal | None:
    """Return in how much of the known time a part could be used, in percent: also when it was slow, or in part."""
    known = sum(found.values())
    return Decimal(100 * (known - found.get(State.DOWN, 0))) / known if known else None


def kind_of(found: Mapping[str, int]) -> str:
    """Return how a day is drawn: by the worst of it that lasted for more than a moment."""
    if not found:
        return "unknown"
    if found.get(State.DOWN, 0) >= 5:
        return "down"
    return "degraded" if found.get(State.DOWN, 0) + found.get(State.DEGRADED, 0) >= 5 else "up"


def told(*, now: datetime) -> list[Told]:
    """Return the incidents that are not over, and those of the last weeks, the newest first."""
    updates = Prefetch("updates", queryset=IncidentUpdate.objects.order_by("-at", "-pk"))
    rows = (
        Incident.objects.filter(started_at__gte=now - TOLD) | Incident.objects.filter(resolved_at=None)
    ).prefetch_related(updates)
    french = translation.get_language() == "fr"
    return [
        Told(
            words=(french and row.title_fr) or row.title,
            at=row.started_at,
            state=row.get_impact_display(),
            over=row.resolved_at,
            updates=[
                Told((french and each.words_fr) or each.words, each.at, each.get_state_display())
                for each in row.updates.all()
            ],
        )
        for row in rows.order_by("-started_at", "-pk")
    ]
