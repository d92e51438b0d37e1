"""The calendar: month, week, day and list, with filters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from accounts.dates import written
from content import planning
from content.models import Channel, Publication
from content.pages.calendar import grids
from content.planning import agenda, queue, slots

VIEWS: Final = {
    "month": gettext_lazy("Month"),
    "week": gettext_lazy("Week"),
    "day": gettext_lazy("Day"),
    "list": gettext_lazy("List"),
}
IN_PANEL: Final = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter, and whether it is on."""

    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What the address asks for. Anything that makes no sense shows the month of today."""

    view: str
    day: date
    filters: agenda.Filters
    after: datetime | None = None

    def url(self, **changes: Any) -> str:
        values = {"view": self.view, "day": self.day.isoformat(), **changes}
        pairs = [*values.items()]
        pairs += [("channel", channel) for channel in self.filters.channels]
        pairs += [("state", state) for state in self.filters.states]
        return f"{reverse('content:calendar')}?{urlencode(pairs)}"

    def without(self, *, channel: str = "", state: str = "") -> str:
        kept = agenda.Filters(
            tuple(each for each in self.filters.channels if each != channel),
            tuple(each for each in self.filters.states if each != state),
        )
        return Look(self.view, self.day, kept).url()


def asked(query: QueryDict, *, today: date) -> Look:
    view = query.get("view", "month")
    try:
        day = date.fromisoformat(query.get("day", ""))
        if not today - timedelta(days=366 * 20) < day < today + timedelta(days=366 * 20):
            day = today
    except ValueError:
        day = today
    try:
        after = datetime.fromisoformat(query.get("after", "").replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        after = None
    filters = agenda.Filters(
        tuple(each for each in Channel.values if each in query.getlist("channel")),
        tuple(each for each in agenda.STATES if each in query.getlist("state")),
    )
    return Look(view if view in VIEWS else "month", day, filters, after)


@creator_required
@require_GET
def calendar(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    user = request.user
    zone = planning.zone_of(user)
    today = now.astimezone(zone).date()
    look = asked(request.GET, today=today)
    context = {
        "look": look,
        "today": today,
        "here": request.get_full_path(),
        "zone": user.time_zone,
        "tabs": [(view, label, look.url(view=view)) for view, label in VIEWS.items()],
        "previous_url": look.url(day=grids.previous(look.view, look.day).isoformat()),
        "next_url": look.url(day=grids.following(look.view, look.day).isoformat()),
        "today_url": look.url(day=today.isoformat()),
        "channel_choices": choices(Channel.choices, look.filters.channels),
        "state_choices": choices(agenda.STATE_NAMES.items(), look.filters.states),
        "removable": removable(look),
        "clear_url": Look(look.view, look.day, agenda.Filters()).url(),
        "period": title(look),
        "panel": panel(request, now=now),
    }
    context |= listed(request, look) if look.view == "list" else gridded(request, look, today, now=now)
    return render(request, "content/calendar.html", context)


def gridded(request: CreatorRequest, look: Look, today: date, *, now: datetime) -> dict[str, Any]:
    zone = planning.zone_of(request.user)
    first, number = grids.span(look.view, look.day)
    most = grids.IN_HOUR.get(look.view, grids.IN_MONTH)
    found = agenda.days(
        request.user, first, number, most=most, filters=look.filters, by_hour=look.view in grids.IN_HOUR
    )
    free = queue.free_between(request.user, first, first + timedelta(days=number), now=now)
    cells = grids.cells(look.view, look.day, found, free, today=today, zone=zone)
    for cell in cells:
        addressed(cell, look, zone)
    return {
        "cells": cells,
        "is_empty": not any(cell.found.entries for cell in cells),
        "hours": range(grids.HOURS),
        "opens_at": grids.opens_at(cells),
        "weekdays": cells[:7],
        "now_local": now.astimezone(zone),
    }


def addressed(cell: grids.Cell, look: Look, zone: tzinfo) -> None:
    """Give a day the address of it alone, and each hour the one of what there was no room for; filters go along."""
    cell.url = look.url(view="day", day=cell.day.isoformat())
    for hour in cell.hours:
        if hour.more and look.view == "week":
            hour.more_url = f"{cell.url}#hour-{hour.hour}"
        elif hour.more:
            after = planning.moment(cell.day, time(hour.hour), zone).at
            hour.more_url = look.url(view="list", after=after.isoformat())


def listed(request: CreatorRequest, look: Look) -> dict[str, Any]:
    zone = planning.zone_of(request.user)
    start = look.after or planning.moment(look.day, datetime.min.time(), zone).at
    entries, has_more = agenda.upcoming(request.user, start, filters=look.filters)
    later = look.url(after=(entries[-1].at + timedelta(microseconds=1)).isoformat()) if has_more else ""
    return {"entries": entries, "later_url": later, "is_empty": not entries}


def choices(pairs: Iterable[tuple[str, Any]], chosen: tuple[str, ...]) -> list[Choice]:
    return [Choice(value, str(label), value in chosen) for value, label in pairs if value != "canceled"]


def removable(look: Look) -> list[tuple[str, str]]:
    """Return the filters that are on, each with the address without it."""
    on = [(str(Channel(each).label), look.without(channel=each)) for each in look.filters.channels]
    return on + [(str(agenda.STATE_NAMES[each]), look.without(state=each)) for each in look.filters.states]


def title(look: Look) -> str:
    """Return the name of what is shown, as the reader's language writes it."""
    if look.view == "day":
        return capfirst(written(look.day, _("l, j F Y")))
    if look.view == "list":
        return _("From %(day)s") % {"day": written(look.day, _("j F Y"))}
    if look.view == "month":
        return capfirst(written(look.day, "F Y"))
    first, _number = grids.span("week", look.day)
    last = first + timedelta(days=6)
    # The week's number is that of its Thursday, whatever day it begins with here.
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    return _("%(first)s – %(last)s · week %(number)s") % {
        "first": written(first, _("j M") if first.year == last.year else _("j M Y")),
        "last": written(last, _("j M Y")),
        "number": thursday.isocalendar().week,
    }


def panel(request: CreatorRequest, *, now: datetime) -> dict[str, Any]:
    """Return what stands beside the calendar: what waits for the creator, and the queue."""
    has_slots = bool(slots.of(request.user))
    return {
        "waiting": Publication.objects.for_user(request.user)
        .filter(state=Publication.State.REMINDED, content__deleted_at=None)
        .select_related("content")
        .order_by("due_at", "pk")[:IN_PANEL],
        "queued": queue.listed(request.user, now=now, most=IN_PANEL),
        "next_free": planning.next_free(request.user, now) if has_slots else None,
        "has_slots": has_slots,
    }
