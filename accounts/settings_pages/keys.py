"""Settings: API keys for a creator's own programs."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import api_keys
from accounts.access import CreatorRequest, creator_required
from accounts.forms import KeyForm
from accounts.models import ApiKey, Scope
from accounts.read_only import kept_open
from accounts.settings_pages.frame import show

MOST_KEYS_SHOWN: Final = 100


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: CreatorRequest) -> HttpResponse:
    """List the keys. One that is created shows its secret in the answer itself, the only time that it is known."""
    if request.method != "POST":
        return page(request)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return page(request, form=form, status=422)
    now = timezone.now()
    try:
        _key, secret = api_keys.create(
            request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(now),
            request=request,
            now=now,
        )
    except api_keys.TooManyKeys:
        form.add_error(
            "name",
            _("You have %(most)d keys, the most that there can be. Revoke one that is not used.")
            % {"most": api_keys.MOST_KEYS},
        )
        return page(request, form=form, status=422)
    return page(request, secret=secret)


@creator_required
@require_POST
@kept_open
def key_revoke(request: CreatorRequest, key_id: int) -> HttpResponse:
    if api_keys.revoke(request.user, key_id, request=request, now=timezone.now()):
        messages.success(request, _("Key revoked. Programs that use it are refused from now on."))
    return redirect("accounts:keys")


def page(request: CreatorRequest, *, form: KeyForm | None = None, secret: str = "", status: int = 200) -> HttpResponse:
    usable = ApiKey.objects.for_user(request.user).usable(timezone.now()).order_by("-created_at", "-pk")
    shown = [{"row": key, "may": [Scope(scope).label for scope in key.scopes]} for key in usable[:MOST_KEYS_SHOWN]]
    values = {"form": form or KeyForm(), "secret": secret, "keys": shown, "scope_count": len(Scope)}
    return show(request, "keys", "accounts/settings/keys.html", values, status=status)
