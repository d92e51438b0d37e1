"""The media of a draft: put in, taken out, put in order, and said in words for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, media
from content.media.attachments import NotYours
from content.models import Asset, Content
from content.pages.composer import showing

OFFERED: Final = 60


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_media(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Show what can be put into a draft, to those without scripts; `add`, `remove` files, move them `earlier` or `later`."""
    content = access.content(request.user, content_id)
    if request.method != "POST":
        return choice(request, content)
    ids = [str(asset.pk) for asset in media.of(content)]
    try:
        media.attach(content, arranged(ids, request.POST.get("do", ""), request.POST.getlist("asset")))
    except (NotYours, ValueError):
        messages.error(request, _("This file is not in your library any more."))
    return shown(request, content)


def arranged(ids: Sequence[str], what: str, named: Sequence[str]) -> list[str]:
    """Return the ids in their new order. What is not understood changes nothing."""
    kept = list(ids)
    match what:
        case "add":
            return [*kept, *(one for one in named if one not in kept)]
        case "remove":
            return [one for one in kept if one not in named]
        case "earlier" | "later":
            step = -1 if what == "earlier" else 1
            for one in named:
                if one in kept and 0 <= (place := kept.index(one) + step) < len(kept):
                    kept.insert(place, kept.pop(kept.index(one)))
    return kept


@creator_required
@require_POST
def draft_alt_text(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Store the words for a picture. They go with the file, wherever it is used."""
    content = access.content(request.user, content_id)
    asset = next((one for one in media.of(content) if str(one.pk) == request.POST.get("asset")), None)
    if asset is not None:
        text = " ".join(request.POST.get("alt_text", "").split())[:1_000]
        Asset.objects.filter(pk=asset.pk).update(alt_text=text, alt_origin="human", updated_at=timezone.now())
    return shown(request, content)


def choice(request: CreatorRequest, content: Content) -> HttpResponse:
    newest = (
        Asset.objects.for_user(request.user)
        .filter(state=Asset.State.READY)
        .exclude(attachments__content=content)
        .order_by("-id")[:OFFERED]
    )
    offered = [showing.Shown.of(asset) for asset in newest]
    return render(request, "content/media_choice.html", {"content": content, "choice": offered})


def shown(request: CreatorRequest, content: Content) -> HttpResponse:
    if not showing.by_script(request):
        return redirect("content:compose", content.pk)
    html = render_to_string("content/_attached.html", showing.with_media(content), request=request)
    preview = render_to_string("content/_preview_media.html", showing.with_media(content))
    return JsonResponse({"html": html, "preview": preview, **showing.told(content)})
