"""Follow a creator from their page: with a fan's account, or by giving an address, which makes one."""

from __future__ import annotations

from typing import Final, cast

from allauth.core import ratelimit
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import AccountRequest, account_required
from accounts.entrance import addresses, link_pages
from accounts.models import CreatorProfile, User
from accounts.read_only import kept_open
from fans import following, joining
from fans.pages.public import found

SOURCE: Final = "page"
INTENT: Final = "follow"
"""In the session: whom the reader asked to follow before they were logged in."""


class JoinForm(forms.Form):
    """What a fan gives for an account. Who has one already gets the link to it, whatever else stands here."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("What the creators that you follow call you. It need not be your real name."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    adult = forms.BooleanField(label=gettext_lazy("I am 18 or older"))
    terms = forms.BooleanField(label=gettext_lazy("I agree to the terms of use, and have read the privacy notice"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept_open
def follow(request: HttpRequest, handle: str) -> HttpResponse:
    """Follow; or, logged out, ask for an address and mail a link that leads back here and follows."""
    profile = found(handle)
    if not isinstance(request.user, User):
        return join(request, profile)
    try:
        following.check(request.user)
        if request.method != "POST" and not intended(request, profile):
            return page(request, profile, None)
        following.follow(request.user, profile.user, source=SOURCE, now=timezone.now())
    except following.MayNotFollow as error:
        raise PermissionDenied(
            _("Creators and operators do not follow. Log out, then follow with a fan’s account.")
        ) from error
    return redirect("fans:creator", profile.handle)


def join(request: HttpRequest, profile: CreatorProfile) -> HttpResponse:
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return page(request, profile, form, status=422 if form.is_bound else 200)
    if not ratelimit.consume(request, action="signup"):
        return cast(HttpResponse, ratelimit.respond_429(request))
    email = addresses.plain(form.cleaned_data["email"])
    if addresses.reached(email) is None:
        joining.join(email, form.cleaned_data["name"], request=request, now=timezone.now())
    request.session[INTENT] = profile.pk
    return link_pages.mailed(request, email, next_url=reverse("fans:follow", args=[profile.handle]))


def intended(request: HttpRequest, profile: CreatorProfile) -> bool:
    """Whether this browser asked to follow this creator before its reader was logged in; asked for once."""
    return bool(request.session.pop(INTENT, None) == profile.pk)


def page(request: HttpRequest, profile: CreatorProfile, form: JoinForm | None, *, status: int = 200) -> HttpResponse:
    name = profile.user.name or f"@{profile.handle}"
    return render(request, "fans/follow.html", {"profile": profile, "name": name, "form": form}, status=status)


@account_required
@require_POST
@kept_open
def unfollow(request: AccountRequest, handle: str) -> HttpResponse:
    """Follow no more. Who did not follow is led back all the same."""
    profile = found(handle)
    following.unfollow(request.user, profile.user, now=timezone.now())
    return redirect("fans:creator", profile.handle)
