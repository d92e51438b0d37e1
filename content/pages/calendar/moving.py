"""Another time for something in the calendar: by dragging, by keys, or by a form without any script."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from accounts.dates import written
from content import access, planning, tasks
from content.models import Content, Publication
from content.pages.calendar import forms
from content.planning import plans

READ_AND_SEND = ["GET", "HEAD", "POST"]


@creator_required
@require_http_methods(READ_AND_SEND)
def publication_move(request: CreatorRequest, publication_id: UUID) -> HttpResponse:
    found = access.publication(request.user, publication_id)
    return moved(request, found, found.due_at)


@creator_required
@require_http_methods(READ_AND_SEND)
def plan_move(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    content = access.content(request.user, content_id)
    return moved(request, content, content.planned_for or timezone.now())


def moved(request: CreatorRequest, row: Publication | Content, before: datetime) -> HttpResponse:
    """Show the form, or move the row to what the form or the Undo of an earlier move says."""
    if request.method != "POST":
        return move_page(request, row, forms.WhenForm(initial=forms.opened_at(request.user, before)))
    back = taken_back(request)
    remark = ""
    if back is None:
        form = forms.WhenForm(request.POST)
        if not form.is_valid():
            return move_page(request, row, form, status=422)
        moment = form.moment(request.user)
        due_at, remark = moment.at, moment.remark
    else:
        due_at = back
    was_queued = isinstance(row, Publication) and row.from_queue
    try:
        placed = put(row, due_at, from_queue=back is not None and "queue" in request.GET)
    except (planning.OutOfReach, planning.AlreadyOut, planning.NotReady) as refusal:
        messages.error(request, str(refusal))
        return redirect(there(request))
    if back is not None:
        messages.success(request, _("Back where it was"))
    else:
        values = {"back": before.astimezone(UTC).isoformat(), "next": there(request)}
        if was_queued:
            values["queue"] = "1"
        undo.offer(request, told(placed, remark), url=f"{request.path}?{urlencode(values)}")
    return redirect(there(request))


def put(row: Publication | Content, due_at: datetime, *, from_queue: bool) -> datetime:
    """Move a publication, or the intention of a draft; return where it is now."""
    now = timezone.now()
    if isinstance(row, Content):
        return plans.plan(row, due_at, now=now)
    placed = planning.reschedule(row, due_at, now=now, from_queue=from_queue)
    if placed.due_at <= now:
        tasks.publish_soon([placed.pk])
    return placed.due_at


def told(placed: datetime, remark: str) -> str:
    local = timezone.localtime(placed)
    words = _("Moved to %(day)s, %(time)s") % {"day": day_name(local), "time": f"{local:%H:%M}"}
    return f"{words}. {remark}" if remark else words


def day_name(local: datetime) -> str:
    return written(local, _("l j F"))


def taken_back(request: CreatorRequest) -> datetime | None:
    try:
        return datetime.fromisoformat(request.GET["back"]).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def there(request: CreatorRequest) -> str:
    """Return where the creator came from, if that is a page of ours; else the calendar."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if ours and target.startswith("/app/") else reverse("content:calendar")


def move_page(
    request: CreatorRequest, row: Publication | Content, form: forms.WhenForm, *, status: int = 200
) -> HttpResponse:
    content = row if isinstance(row, Content) else row.content
    context = {
        "content": content,
        "publication": row if isinstance(row, Publication) else None,
        "form": form,
        "next": there(request),
        "zone": request.user.time_zone,
    }
    return render(request, "content/move.html", context, status=status)
