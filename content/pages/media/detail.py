"""One file: what it is, what it says to those who do not see it, where it is used, and its shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import CreatorRequest, creator_required
from content import access
from content.media import addresses, arranging, folders, places, privacy, tiles, whereabouts
from content.models import Asset, Rendition
from content.pages.media.forms import AssetForm

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]
SHAPES: Final[dict[str, Promise | str]] = {
    places.ORIGINAL: gettext_lazy("As uploaded, without metadata"),
    "1x1": gettext_lazy("Square"),
    "4x5": gettext_lazy("Portrait, 4:5"),
    "9x16": gettext_lazy("Upright, 9:16"),
    "16x9": gettext_lazy("Wide, 16:9"),
    places.PLAY: gettext_lazy("For every player"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape to look at and to save."""

    name: str
    label: Promise | str
    width: int
    height: int
    size: int


@creator_required
@require_http_methods(READ_AND_SEND)
def detail(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset(request.user, asset_id)
    now = timezone.now()
    if request.method != "POST":
        return page(request, asset, AssetForm.of(asset, request.user), now=now)
    form = AssetForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, asset, form, now=now, status=422)
    form.save(asset, now=now)
    arranging.retag(asset, form.cleaned_data["tags"])
    messages.success(request, _("Saved"))
    return redirect("content:media-detail", asset.pk)


def page(request: CreatorRequest, asset: Asset, form: AssetForm, *, now: datetime, status: int = 200) -> HttpResponse:
    (tile,) = tiles.of([asset], blur=privacy.is_on(request.user), now=now)
    rows = list(Rendition.objects.filter(asset=asset).order_by("name"))
    plays = any(row.name == places.PLAY for row in rows)
    animated = asset.media_type == "image/gif"
    return render(
        request,
        "media/detail.html",
        {
            "asset": asset,
            "tile": tile,
            "form": form,
            "preview": addresses.url(asset, places.ORIGINAL if animated else "preview", now=now),
            "player": addresses.url(asset, places.PLAY if plays else places.ORIGINAL, now=now) if tile.is_video else "",
            "shapes": shapes(asset, rows),
            "uses": whereabouts.of(asset),
            "branches": folders.tree(request.user),
        },
        status=status,
    )


def shapes(asset: Asset, rows: list[Rendition]) -> list[Shape]:
    if asset.state != Asset.State.READY:
        return []
    sizes = {row.name: (row.width, row.height, row.size) for row in rows}
    sizes[places.ORIGINAL] = (asset.width or 0, asset.height or 0, asset.size)
    return [Shape(name, label, *sizes[name]) for name, label in SHAPES.items() if name in sizes]


@creator_required
@require_GET
def download(request: CreatorRequest, asset_id: UUID, shape: str) -> HttpResponse:
    """Lead to a shape of a file in the store, to be saved under the creator's name for it."""
    asset = access.asset(request.user, asset_id)
    try:
        url = addresses.url(asset, shape, download=True)
    except KeyError as error:
        raise Http404 from error
    if not url:
        raise Http404
    return HttpResponseRedirect(url)
