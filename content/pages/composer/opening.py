"""The composer: an empty page, a draft, and the addresses that lead there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from content import access, examples, forms, onboarding, planning, post_templates, posts, voices
from content.pages.calendar.forms import WhenForm
from content.pages.composer import saving, showing, writing

READ_AND_SEND = ["GET", "HEAD", "POST"]


@creator_required
@require_http_methods(READ_AND_SEND)
def create(request: CreatorRequest) -> HttpResponse:
    """Show an empty composer; take its first words, and the brief where something is to be written."""
    if request.method != "POST":
        example = examples.find(request.GET.get("example", ""))
        filled: dict[str, Any] = dict(example.brief()) if example else {}
        filled["channels"] = [filled["platform"]] if example else saving.usual_channels(request.user)
        if "first" in request.GET:
            filled |= onboarding.first_brief(request.user, profiles.read(request.user)).fields()
        if (voice := voices.find(request.user, request.GET.get("voice", ""))) is not None:
            filled["voice"] = str(voice.pk)
        if (template := post_templates.find(request.user, request.GET.get("template", ""))) is not None:
            filled |= {"title": template.title, "body": template.body, "channels": template.channels}
        planned_for = meant(request)
        filled["planned_for"] = planned_for.isoformat() if planned_for else None
        return showing.show(request, forms.blank(request.user, **filled), planned_for=planned_for)
    if request.POST.get("do") in {"save", "schedule"}:
        return saving.first(request)
    return writing.first(request)


def meant(request: CreatorRequest) -> datetime | None:
    """Return the time of the calendar's day, or of its free slot, that a new post was begun on."""
    named = WhenForm(request.GET)
    named.fields["at"].required = False
    if not named.is_valid():
        return None
    day, at = named.cleaned_data["day"], named.cleaned_data["at"]
    return planning.meant_for(request.user, day, at, now=timezone.now())


@creator_required
@require_GET
def compose(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Show a draft. An address of older days names a generation, and leads to what it wrote."""
    try:
        content = access.content(request.user, content_id)
    except Http404:
        generation = access.generation(request.user, content_id)
        return redirect("content:compose", posts.draft_for(generation, now=timezone.now()).pk)
    if showing.by_script(request):
        return JsonResponse(showing.told(content))
    return showing.show(request, forms.composer(request.user, content), content)


@creator_required
@require_GET
def post_detail(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    return redirect("content:compose", access.content(request.user, content_id).pk)
