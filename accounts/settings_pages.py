"""A creator's settings: who they are, their public page, how they like to work, and keys for programs."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings as configuration
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import api_keys, handles, profiles
from accounts.access import CreatorRequest, creator_required
from accounts.forms import KeyForm, PageForm, PreferencesForm, ProfileForm
from accounts.models import ApiKey, User
from accounts.views import THEME_COOKIE, remember

MOST_KEYS_SHOWN: Final = 100


@creator_required
@require_GET
def settings(request: CreatorRequest) -> HttpResponse:
    return page(request)


@creator_required
@require_POST
def profile(request: CreatorRequest) -> HttpResponse:
    # Another instance: a form that is not valid leaves its values on it, and the frame shows the user's own.
    form = ProfileForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return page(request, status=422, profile=form)
    form.save()
    return saved("profile", request)


@creator_required
@require_POST
def public_page(request: CreatorRequest) -> HttpResponse:
    form = PageForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, status=422, public_page=form)
    try:
        handles.take(request.user, form.cleaned_data["handle"])
    except handles.HandleRefused as error:
        form.add_error("handle", str(error.reason))
        return page(request, status=422, public_page=form)
    return saved("page", request)


@creator_required
@require_GET
def handle_check(request: CreatorRequest) -> JsonResponse:
    """Say whether the creator can have a handle, while they type it."""
    handle = handles.plain(request.GET.get("handle", "")[:100])
    reason = handles.refusal(request.user, handle)
    words = reason or (_("This is your name.") if handle == profiles.read(request.user).handle else _("It is free."))
    return JsonResponse({"handle": handle, "free": reason is None, "words": str(words)})


@creator_required
@require_POST
def preferences(request: CreatorRequest) -> HttpResponse:
    form = PreferencesForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return page(request, status=422, preferences=form)
    user = form.save()
    with translation.override(user.locale):
        response = saved("preferences", request)
    response = remember(response, configuration.LANGUAGE_COOKIE_NAME, user.locale)
    return remember(response, THEME_COOKIE, user.theme)


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def key_create(request: CreatorRequest) -> HttpResponse:
    """Create a key and show its secret in the answer itself, the only time that it is known."""
    if request.method != "POST":
        return redirect("accounts:settings")
    form = KeyForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, key_form=form)
    _key, secret = api_keys.create(request.user, name=form.cleaned_data["name"], now=timezone.now())
    return page(request, secret=secret)


@creator_required
@require_POST
def key_revoke(request: CreatorRequest, key_id: int) -> HttpResponse:
    if api_keys.revoke(request.user, key_id, now=timezone.now()):
        messages.success(request, _("Key revoked. Programs that use it are refused from now on."))
    return redirect(f"{reverse('accounts:settings')}#keys")


def saved(section: str, request: CreatorRequest) -> HttpResponse:
    messages.success(request, _("Saved"))
    return redirect(f"{reverse('accounts:settings')}#{section}")


def page(request: CreatorRequest, *, status: int = 200, secret: str = "", **forms: Any) -> HttpResponse:
    """Show every section; `forms` holds the one that was sent, with its errors."""
    user = request.user
    stored = profiles.read(user)
    keys = ApiKey.objects.for_user(user).usable(timezone.now()).order_by("-created_at", "-pk")
    shown = {
        "profile": ProfileForm(instance=user, initial={"bio": stored.bio}),
        "public_page": PageForm(user=user, initial={"handle": stored.handle}),
        "preferences": PreferencesForm(instance=user, stored=stored),
        "key_form": KeyForm(),
        **forms,
        "stored": stored,
        "page_path": f"/@{stored.handle}" if stored.handle else "",
        "base_url": configuration.BASE_URL,
        "suggestion": "" if stored.handle else handles.suggest(user),
        "secret": secret,
        "keys": keys[:MOST_KEYS_SHOWN],
        "wrong": bool(forms) and status != 200,
    }
    return render(request, "accounts/settings.html", shown, status=status)
