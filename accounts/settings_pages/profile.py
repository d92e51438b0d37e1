"""Settings: who a creator is, for those who read them."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.access import CreatorRequest, creator_required
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.read_only import kept_open
from accounts.settings_pages.frame import saved, show


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def profile(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        return show(request, "profile", "accounts/settings/profile.html", {"form": ProfileForm(instance=request.user)})
    # Another instance: a form that is not valid leaves its values on it, and the frame shows the user's own.
    form = ProfileForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return show(request, "profile", "accounts/settings/profile.html", {"form": form}, status=422)
    form.save()
    return saved(request, "profile")
