"""Home: what to do today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from accounts.models import User
from accounts.read_only import kept_open
from billing import quota
from content.home import checklist, month, recent, today

MORNING, AFTERNOON, EVENING = 5, 12, 18


@dataclass(frozen=True, slots=True)
class Greeting:
    words: str
    day: datetime


@creator_required
@require_GET
def home(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    user = request.user
    profile = profiles.read(user)
    return render(
        request,
        "content/home.html",
        {
            "greeting": greeting(user, now),
            "profile": profile,
            "reasons": today.reasons(user, quota.status(user, now=now), now=now),
            "checklist": checklist.of(user, profile),
            "posts": recent.posts(user),
            "money": month.money(user, now=now),
        },
    )


def greeting(user: User, now: datetime) -> Greeting:
    """Greet by the hour on the creator's own clock, which the middleware has set."""
    local = timezone.localtime(now)
    if MORNING <= local.hour < AFTERNOON:
        words = _("Good morning, %(name)s")
    elif AFTERNOON <= local.hour < EVENING:
        words = _("Good afternoon, %(name)s")
    else:
        words = _("Good evening, %(name)s")
    return Greeting(words % {"name": user.get_short_name()}, local)


@creator_required
@require_POST
@kept_open
def checklist_away(request: CreatorRequest) -> HttpResponse:
    profiles.put_checklist_away(request.user, now=timezone.now())
    messages.success(request, _("The first steps are put away. You find them again at the foot of Home."))
    return redirect("app-home")


@creator_required
@require_POST
@kept_open
def checklist_back(request: CreatorRequest) -> HttpResponse:
    profiles.bring_checklist_back(request.user)
    return redirect("app-home")
