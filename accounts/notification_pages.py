"""The bell: the newest notifications in a panel, all of them on a page, and the ways to mark them read."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import notifications
from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open


@creator_required
@require_GET
def index(request: CreatorRequest) -> HttpResponse:
    told = notifications.newest(request.user, before=cursor(request), most=notifications.PAGE + 1)
    shown = told[: notifications.PAGE]
    # With a row more than a page, there is an older page.
    older = shown[-1].id if len(told) > len(shown) else None
    return render(request, "accounts/notifications.html", {"told": shown, "older": older})


@creator_required
@require_GET
def panel(request: CreatorRequest) -> HttpResponse:
    """Answer with the inside of the bell's panel."""
    return panel_of(request)


def panel_of(request: CreatorRequest) -> HttpResponse:
    told = notifications.newest(request.user, most=notifications.IN_PANEL)
    return render(request, "accounts/_notification_panel.html", {"told": told})


@creator_required
@require_POST
@kept_open
def read(request: CreatorRequest, notification_id: UUID) -> HttpResponse:
    """Mark one as read, and lead to where something can be done about it."""
    url = notifications.read(request.user, notification_id, timezone.now())
    if url is None:
        raise Http404
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return redirect(url if url and ours else "accounts:notifications")


@creator_required
@require_POST
@kept_open
def read_all(request: CreatorRequest) -> HttpResponse:
    notifications.read_all(request.user, timezone.now())
    if request.headers.get("HX-Request"):
        return panel_of(request)
    return redirect("accounts:notifications")


def cursor(request: HttpRequest) -> UUID | None:
    """Return the id that the next page begins below."""
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None
