"""The dialog in which a post gets its channels and its time: from the composer, the list of posts, or by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from content import access, channels, planning, tasks
from content.models import Channel, Content, Publication
from content.pages.calendar import forms, moving


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Show the dialog, as a page or (for a script) by itself; or do what its button says: at, queue or now."""
    content = access.content(request.user, content_id)
    now = timezone.now()
    if request.method != "POST":
        return dialog(
            request, content, forms.ScheduleForm(content, initial=first_proposal(request, content, now)), now=now
        )
    how = request.POST.get("how", "at")
    form = forms.ScheduleForm(content, request.POST)
    if how != "at":
        form.fields["day"].required = form.fields["at"].required = False
    if not form.is_valid():
        return dialog(request, content, form, now=now, status=422)
    wanted = form.cleaned_data["channels"]
    try:
        rows, remark = ACTS.get(how, at_time)(content, form, now)
    except planning.NotReady as refusal:
        return dialog(request, content, form, now=now, faults=refusal.faults, status=422)
    except (planning.OutOfReach, planning.AlreadyOut) as refusal:
        form.add_error("day", str(refusal))
        return dialog(request, content, form, now=now, status=422)
    if set(wanted) - set(channels.of(content)):
        channels.set(content, [*channels.of(content), *wanted])
    if rows[0].due_at <= now:
        tasks.publish_soon([row.pk for row in rows])
        messages.success(request, _("It is going out now"))
    else:
        undo.offer(request, told(rows, remark), url=reverse("content:unschedule", args=[content.pk]))
    # There, and not at today: the post may stand in another month.
    return redirect(f"{reverse('content:calendar')}?day={timezone.localtime(rows[0].due_at):%Y-%m-%d}")


def at_time(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    moment = form.moment(content.user)
    return planning.schedule(content, form.cleaned_data["channels"], moment.at, now=now), moment.remark


def queued(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    return planning.enqueue(content, form.cleaned_data["channels"], now=now), ""


def at_once(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    return planning.schedule(content, form.cleaned_data["channels"], now, now=now), ""


Act = Callable[[Content, forms.ScheduleForm, datetime], tuple[list[Publication], str]]
ACTS: dict[str, Act] = {"at": at_time, "queue": queued, "now": at_once}


def told(rows: list[Publication], remark: str) -> str:
    local = timezone.localtime(rows[0].due_at)
    words = _("Scheduled for %(day)s, %(time)s") % {"day": moving.day_name(local), "time": f"{local:%H:%M}"}
    return f"{words}. {remark}" if remark else words


def first_proposal(request: CreatorRequest, content: Content, now: datetime) -> dict[str, object]:
    """Return what the form opens with: the time of the address, or that the draft is meant for, a free slot, or soon."""
    named = forms.WhenForm(request.GET)
    if named.is_valid():
        return dict(named.cleaned_data)
    if content.planned_for and content.planned_for > now:
        return forms.opened_at(request.user, content.planned_for)
    soon = (now + timedelta(hours=1, minutes=59)).replace(minute=0)
    return forms.opened_at(request.user, planning.next_free(request.user, now) or soon)


def dialog(
    request: CreatorRequest,
    content: Content,
    form: forms.ScheduleForm,
    *,
    now: datetime,
    faults: list[planning.Fault] | None = None,
    status: int = 200,
) -> HttpResponse:
    wanted = form["channels"].value() or []
    known = [channel for channel in Channel.values if channel in wanted]
    if faults is None and known:
        faults = planning.faults(content, known)
    context = {
        "content": content,
        "form": form,
        "faults": faults or [],
        "channel_choices": [
            (channel, spec.name, spec.icon, channel in wanted, spec.is_own) for channel, spec in channels.SPECS.items()
        ],
        "next_free": planning.next_free(request.user, now),
        "crowded": crowded(request, content, form, known),
        "zone": request.user.time_zone,
        "standing": content.publications.exclude(state=Publication.State.CANCELED).order_by("due_at", "channel"),
    }
    is_part = request.headers.get("X-Requested-With") == "fetch"
    return render(request, "content/_schedule.html" if is_part else "content/schedule.html", context, status=status)


def crowded(
    request: CreatorRequest, content: Content, form: forms.ScheduleForm, wanted: list[str]
) -> list[Publication]:
    """Return other posts that are close to the time in the form on the same channels."""
    when = forms.WhenForm({"day": form["day"].value(), "at": form["at"].value()})
    if not when.is_valid() or not wanted:
        return []
    moment = when.moment(request.user)
    return planning.conflicts(request.user, moment.at, wanted, except_for=content.pk)


@creator_required
@require_http_methods(["POST"])
def unschedule(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Take a post back from every channel that it is still to go to."""
    content = access.content(request.user, content_id)
    now = timezone.now()
    waiting = content.publications.filter(state__in=[Publication.State.SCHEDULED, Publication.State.FAILED])
    for row in waiting.select_related("user", "content").order_by("pk"):
        planning.unschedule(row, now=now)
    messages.success(request, _("Taken out of the calendar"))
    return redirect("content:calendar")
