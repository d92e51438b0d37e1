"""The dialog in which a post gets its channels and its time: from the composer, the list of posts, or by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from content import access, channels, moderation, planning, tasks
from content.models import Channel, Content, Publication
from content.pages import undoing
from content.pages.calendar import forms, moving
from content.planning import undoing as plans


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
    if how not in ("at", *LOOKS):
        form.fields["day"].required = form.fields["at"].required = False
    if not form.is_valid() and how not in LOOKS:
        return dialog(request, content, form, now=now, status=422)
    if how in LOOKS:
        return looked(request, content, form, how, now=now)
    before = plans.standing(content)
    try:
        rows, remark = ACTS.get(how, at_time)(content, form, now)
    except planning.NotReady as refusal:
        return dialog(request, content, form, now=now, faults=refusal.faults, status=422)
    except (planning.OutOfReach, planning.AlreadyOut) as refusal:
        form.add_error("day", str(refusal))
        return dialog(request, content, form, now=now, status=422)
    wanted = form.cleaned_data["channels"]
    if set(wanted) - set(channels.of(content)):
        channels.set(content, [*channels.of(content), *wanted])
    if rows[0].due_at <= now:
        tasks.publish_soon([row.pk for row in rows])
        return done(request, content, _("It is going out now"), rows[0].due_at)
    taken = {"content": str(content.pk), "rows": plans.changes(rows, before), "composer": is_part(request)}
    undo_url = undoing.keep(request, taken, by="content:schedule-undo")
    return done(request, content, told(rows, remark), rows[0].due_at, undo_url=undo_url)


def looked(
    request: CreatorRequest, content: Content, form: forms.ScheduleForm, how: str, *, now: datetime
) -> HttpResponse:
    """Show the dialog with what was chosen so far; nothing is scheduled. `read` notes that the warnings were read."""
    if how == "read":
        moderation.acknowledge(content, now=now)
    return dialog(request, content, form, now=now)


def done(request: CreatorRequest, content: Content, text: str, due_at: datetime, *, undo_url: str = "") -> HttpResponse:
    """Lead to the calendar with a toast; a script that shows the dialog where it is gets the toast alone."""
    # There, and not at today: the post may stand in another month.
    there = f"{reverse('content:calendar')}?day={timezone.localtime(due_at):%Y-%m-%d}"
    if is_part(request):
        content.refresh_from_db(fields=["state"])
        return JsonResponse(
            {
                "text": text,
                "undo": undo_url,
                "link": {"text": _("See it on the calendar"), "url": there},
                "state": content.state,
                "state_name": content.get_state_display(),
                "channels": channels.of(content),
            }
        )
    if undo_url:
        undo.offer(request, text, url=undo_url)
    else:
        messages.success(request, text)
    return redirect(there)


def is_part(request: CreatorRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def at_time(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    moment = form.moment(content.user)
    return planning.schedule(content, form.cleaned_data["channels"], moment.at, now=now), moment.remark


def queued(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    return planning.enqueue(content, form.cleaned_data["channels"], now=now), ""


def at_once(content: Content, form: forms.ScheduleForm, now: datetime) -> tuple[list[Publication], str]:
    return planning.schedule(content, form.cleaned_data["channels"], now, now=now), ""


Act = Callable[[Content, forms.ScheduleForm, datetime], tuple[list[Publication], str]]
LOOKS: Final = ("look", "read")
"""What only shows the dialog anew."""
JUDGED: Final = frozenset({"blocked", "warned"})
ACTS: dict[str, Act] = {"at": at_time, "queue": queued, "now": at_once}


def told(rows: list[Publication], remark: str) -> str:
    local = timezone.localtime(rows[0].due_at)
    words = _("Scheduled for %(day)s, %(time)s") % {"day": moving.day_name(local), "time": f"{local:%H:%M}"}
    return f"{words}. {remark}" if remark else words


def first_proposal(request: CreatorRequest, content: Content, now: datetime) -> dict[str, object]:
    """Return what the form opens with: the time of the address, or that the draft is meant for, a free slot, or a good hour."""
    named = forms.WhenForm(request.GET)
    if named.is_valid():
        return dict(named.cleaned_data)
    if content.planned_for and content.planned_for > now:
        return forms.opened_at(request.user, content.planned_for)
    soon = planning.good_hour(now, planning.zone_of(request.user))
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
        # What the moderation found is told with its words, below.
        "faults": [fault for fault in faults or [] if fault.code not in JUDGED],
        "verdict": found_in(content, faults or []),
        "channel_choices": [
            (channel, spec.name, spec.icon, channel in wanted, spec.is_own) for channel, spec in channels.SPECS.items()
        ],
        "next_free": planning.next_free(request.user, now),
        "crowded": crowded(request, content, form, known),
        "zone": request.user.time_zone,
        "is_refused": status != 200,
        "standing": content.publications.exclude(state=Publication.State.CANCELED).order_by("due_at", "channel"),
    }
    template = "content/_schedule.html" if is_part(request) else "content/schedule.html"
    return render(request, template, context, status=status)


def found_in(content: Content, faults: list[planning.Fault]) -> moderation.Verdict | None:
    """Return what the moderation found, where that is what keeps the post."""
    return moderation.may_publish(content) if JUDGED & {fault.code for fault in faults} else None


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
@require_POST
def schedule_undo(request: CreatorRequest, token: str) -> HttpResponse:
    """Take back what was just scheduled, and only that: other channels of the post keep their times."""
    taken = undoing.taken(request, token, by="content:schedule-undo")
    if taken is None:
        messages.info(request, _("There is nothing to take back any more."))
        return redirect("content:calendar")
    content = access.content(request.user, UUID(taken["content"]))
    try:
        plans.take_back(content, taken["rows"], now=timezone.now())
    except (planning.OutOfReach, planning.AlreadyOut, planning.NotReady) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Back as it was"))
    return redirect("content:compose", content.pk) if taken["composer"] else redirect("content:calendar")
