"""The queue with its slots: what goes out next, in which order, and at which hours of the week."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from content import planning
from content.models import Slot
from content.pages.calendar import forms, grids
from content.planning import best_times, queue, slots

SHOWN: Final = 60


@creator_required
@require_GET
def queue_page(request: CreatorRequest) -> HttpResponse:
    return page(request, forms.SlotForm(initial={"at": "18:00"}))


def page(request: CreatorRequest, form: forms.SlotForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    week = slots.of(request.user)
    context = {
        "queued": queue.listed(request.user, now=now, most=SHOWN),
        "week": [(Slot.Weekday(weekday), [slot for slot in week if slot.weekday == weekday]) for weekday in weekdays()],
        "has_slots": bool(week),
        "free": queue.free(request.user, now=now, most=3),
        "form": form,
        "hint": best_times.hint(request.user, now=now),
        "zone": request.user.time_zone,
    }
    return render(request, "content/queue.html", context, status=status)


def weekdays() -> list[int]:
    """Return the days of the week as the reader's language orders them."""
    return [(grids.first_weekday() + offset) % 7 for offset in range(7)]


@creator_required
@require_POST
def slot_add(request: CreatorRequest) -> HttpResponse:
    form = forms.SlotForm(request.POST)
    if not form.is_valid():
        return page(request, form, status=422)
    try:
        added = slots.add(request.user, form.cleaned_data["weekdays"], form.cleaned_data["at"])
    except planning.TooManySlots:
        form.add_error(None, _("Your week has as many slots as it can have: remove one first."))
        return page(request, form, status=422)
    messages.success(request, ngettext("%(count)s slot added", "%(count)s slots added", added) % {"count": added})
    return redirect("content:queue")


@creator_required
@require_POST
def slot_remove(request: CreatorRequest) -> HttpResponse:
    """Remove a slot. Posts that are in it keep their time. A slot of somebody else is not found, and not told of."""
    pk = request.POST.get("slot", "")
    if pk.isdecimal():
        Slot.objects.for_user(request.user).filter(pk=int(pk[:18])).delete()
    messages.success(request, _("Slot removed. Posts that are already in it keep their time."))
    return redirect("content:queue")


@creator_required
@require_POST
def queue_move(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Bring a post to another place of the queue, counted from 0."""
    place = request.POST.get("position", "")
    if place.isdecimal() and queue.rearrange(request.user, content_id, int(place[:4]), now=timezone.now()):
        messages.success(request, _("The queue has a new order"))
    return redirect("content:queue")
