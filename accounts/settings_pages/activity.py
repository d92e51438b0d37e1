"""Settings: what happened to the account."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.access import AccountRequest, account_required
from accounts.notification_pages import cursor
from accounts.settings_pages.frame import show


@account_required
@require_GET
def activity(request: AccountRequest) -> HttpResponse:
    told = audit.newest(request.user, before=cursor(request), most=audit.PAGE + 1)
    shown = told[: audit.PAGE]
    # With a row more than a page, there is an older page.
    older = shown[-1].id if len(told) > len(shown) else None
    return show(request, "activity", "accounts/settings/activity.html", {"told": shown, "older": older})
