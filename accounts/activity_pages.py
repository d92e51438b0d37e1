"""What happened to an account, for the person that it belongs to."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import CreatorRequest, creator_required
from accounts.notification_pages import cursor


@creator_required
@require_GET
def index(request: CreatorRequest) -> HttpResponse:
    told = audit.newest(request.user, before=cursor(request), most=audit.PAGE + 1)
    shown = told[: audit.PAGE]
    # With a row more than a page, there is an older page.
    older = shown[-1].id if len(told) > len(shown) else None
    return render(request, "accounts/activity.html", {"told": shown, "older": older})
