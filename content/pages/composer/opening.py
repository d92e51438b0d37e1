"""The composer: an empty page, a draft, and the addresses that lead there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from content import access, examples, forms, onboarding, posts, voices
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
        return showing.show(request, forms.blank(request.user, **filled))
    if request.POST.get("do") in {"save", "schedule"}:
        return saving.first(request)
    return writing.first(request)


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
