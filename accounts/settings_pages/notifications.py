"""Settings: what a creator is told by mail."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from accounts.forms import NotificationsForm
from accounts.read_only import kept_open
from accounts.settings_pages.frame import saved, show


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def notification_settings(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        form = NotificationsForm(instance=profiles.read(request.user))
        return show(request, "notification-settings", "accounts/settings/notifications.html", {"form": form})
    # Switches alone: whatever is sent says what is on.
    NotificationsForm(request.POST, instance=profiles.of(request.user)).save()
    return saved(request, "notification-settings")
