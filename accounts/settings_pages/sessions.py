"""Settings: where one is signed in, and ending it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import origins
from accounts.access import AccountRequest, account_required
from accounts.read_only import kept_open
from accounts.sessions import browser, rows
from accounts.settings_pages.frame import show


@account_required
@require_GET
def sessions(request: AccountRequest) -> HttpResponse:
    current = browser.sid_of(request)
    found = [
        {"row": row, "device": origins.label(row.user_agent), "is_current": row.pk == current}
        for row in rows.of(request.user, now=timezone.now())
    ]
    # One's own first: it is what the others are told from.
    found.sort(key=lambda one: not one["is_current"])
    return show(request, "sessions", "accounts/settings/sessions.html", {"found": found})


@account_required
@require_POST
@kept_open
def session_end(request: AccountRequest, session_id: UUID) -> HttpResponse:
    """End a session. Whether somebody else has one with this id is not told: the answer is the same."""
    if rows.end_one(request.user, session_id, request=request, now=timezone.now()):
        messages.success(request, _("Session ended. That device is signed out from now on."))
    return redirect("accounts:sessions")


@account_required
@require_POST
@kept_open
def sessions_end(request: AccountRequest) -> HttpResponse:
    ended = rows.end_others(request.user, browser.sid_of(request), request=request, now=timezone.now())
    messages.success(
        request,
        ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended) % {"count": ended}
        if ended
        else _("There was no other session."),
    )
    return redirect("accounts:sessions")
