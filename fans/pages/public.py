"""A creator's page, as anybody sees it; who follows reads what is for followers too, and no cache keeps that."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import handles
from accounts.middleware import time_zone
from accounts.models import CreatorProfile, Role, User
from accounts.public_pages import Page, public_page
from fans import following, published

FIRST_CHARACTERS = 180


@public_page
def creator(request: HttpRequest, handle: str) -> HttpResponse:
    """Show who the creator is and what they published. Nothing is there for a handle that nobody has, or an empty page."""
    profile = found(handle)
    if profile.handle and handle != profile.handle:
        return redirect("fans:creator", profile.handle)
    asked = request.GET.get("before", "")
    follows = standing(request, profile)
    try:
        posts = published.posts(
            profile.user, now=timezone.now(), before=UUID(asked) if asked else None, follows=bool(follows)
        )
    except (published.UnknownPost, ValueError) as error:
        raise Http404 from error
    if not posts.shown and not profile.bio:
        raise Http404
    name = profile.user.name or f"@{profile.handle}"
    page = Page(
        title=f"{name} (@{profile.handle})",
        description=described(profile, name),
        path=reverse("fans:creator", args=[profile.handle]),
        kind="profile",
        listed=not asked,
    )
    # The same days for every reader: the page is kept by caches, which know nobody's clock.
    with timezone.override(time_zone(profile.user) or UTC):
        return render(
            request,
            "fans/creator.html",
            {
                "page": page,
                "profile": profile,
                "name": name,
                "posts": posts,
                "first": not asked,
                "follows": follows,
                # A page with a session behind it is kept by no cache, so it may differ.
                "counted": request.user != profile.user,
            },
        )


def standing(request: HttpRequest, profile: CreatorProfile) -> bool | None:
    """Return whether the reader follows; None for who is no fan, or is not logged in.

    A visitor without a session is asked nothing: what they see is kept by caches.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
        return None
    return following.follows(request.user, profile.user) if request.user.role == Role.FAN else None


def found(handle: str) -> CreatorProfile:
    profile = None if handles.fault(handle.lower()) else handles.find(handle)
    # What reaches other people waits for an address that answers: docs/sign-in.md.
    if profile is None or not profile.user.has_confirmed_address:
        raise Http404
    return profile


def described(profile: CreatorProfile, name: str) -> str:
    words = " ".join(profile.bio.split())
    if not words:
        return _("What %(name)s publishes on Huntaze.") % {"name": name}
    return words if len(words) <= FIRST_CHARACTERS else words[:FIRST_CHARACTERS].rsplit(" ", 1)[0] + "…"
