"""Settings: the name of a creator's public page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import handles, profiles
from accounts.access import CreatorRequest, creator_required
from accounts.forms import PageForm
from accounts.read_only import kept_open
from accounts.settings_pages.frame import saved, show


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def public_page(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        return page(request)
    form = PageForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, form)
    try:
        handles.take(request.user, form.cleaned_data["handle"])
    except handles.HandleRefused as error:
        form.add_error("handle", str(error.reason))
        return page(request, form)
    return saved(request, "page")


def page(request: CreatorRequest, sent: PageForm | None = None) -> HttpResponse:
    handle = profiles.read(request.user).handle
    values = {
        "form": sent or PageForm(user=request.user, initial={"handle": handle}),
        "page_path": f"/@{handle}" if handle else "",
        "base_url": settings.BASE_URL,
        "suggestion": "" if handle else handles.suggest(request.user),
    }
    return show(request, "page", "accounts/settings/page.html", values, status=422 if sent else 200)


@creator_required
@require_GET
def handle_check(request: CreatorRequest) -> JsonResponse:
    """Say whether the creator can have a handle, while they type it."""
    handle = handles.plain(request.GET.get("handle", "")[:100])
    reason = handles.refusal(request.user, handle)
    words = reason or (_("This is your name.") if handle == profiles.read(request.user).handle else _("It is free."))
    return JsonResponse({"handle": handle, "free": reason is None, "words": str(words)})
