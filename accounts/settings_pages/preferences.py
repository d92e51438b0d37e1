"""Settings: language, time zone, theme, and how a creator likes to work."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from accounts.access import CreatorRequest, creator_required
from accounts.forms import PreferencesForm
from accounts.models import User
from accounts.read_only import kept_open
from accounts.settings_pages.frame import saved, show
from accounts.views import THEME_COOKIE, remember


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def preferences(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        return show(
            request,
            "preferences",
            "accounts/settings/preferences.html",
            {"form": PreferencesForm(instance=request.user)},
        )
    form = PreferencesForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return show(request, "preferences", "accounts/settings/preferences.html", {"form": form}, status=422)
    user = form.save()
    with translation.override(user.locale):
        response = saved(request, "preferences")
    response = remember(response, settings.LANGUAGE_COOKIE_NAME, user.locale)
    return remember(response, THEME_COOKIE, user.theme)
