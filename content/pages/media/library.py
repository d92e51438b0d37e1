"""The library: everything there is, by filters; and the part of it that a dialog shows to choose from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from accounts.models import User
from content import tagging
from content.media import folders, library, privacy, receiving, room, tiles
from content.media.library import Wanted
from content.models import Asset, Folder, Tag

PICKED_AT_ONCE = 30


@creator_required
@require_GET
def index(request: CreatorRequest) -> HttpResponse:
    user = request.user
    wanted = wanted_by(request)
    found = library.page(user, wanted, before=an_id(request.GET.get("before", "")))
    shown = tiles.of(found.assets, blur=(blur := privacy.is_on(user)), now=timezone.now())
    context: dict[str, Any] = {
        "tiles": shown,
        "wanted": wanted,
        "more": more_of(request, found.before),
        "here": request.get_full_path(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "media/_more.html", context)
    tags = list(Tag.objects.for_user(user).filter(assets__isnull=False).distinct().order_by("name")[:200])
    return render(
        request,
        "media/index.html",
        {
            **context,
            "blur": blur,
            "branches": folders.tree(user),
            "tags": tags,
            "tag_options": tagging.choices(tags),
            "room": room.of(user),
            "under_way": receiving.under_way(user),
            "kinds": Asset.Kind.choices,
            "is_empty": not (shown or wanted.is_narrowed or wanted.folder or wanted.binned),
            "bulk_folder": request.GET.get("folder", ""),
            "store": settings.STORE_ORIGIN,
        },
    )


@creator_required
@require_GET
def some(request: CreatorRequest) -> HttpResponse:
    """The tiles of files by id, for a page that waits for them to be ready."""
    ids = [found for text in request.GET.get("ids", "").split(",")[:100] if (found := an_id(text))]
    rows = library.tiles(request.user, ids)
    shown = tiles.of(rows, blur=privacy.is_on(request.user), now=timezone.now())
    return render(request, "media/_tiles.html", {"tiles": shown, "pick": request.GET.get("pick", "")})


@creator_required
@require_GET
def picker(request: CreatorRequest) -> HttpResponse:
    """What a dialog shows to choose files from: with `part`, only what follows a search or the end of the list."""
    user = request.user
    wanted = replace(wanted_by(request), usable=True)
    found = library.page(user, wanted, before=an_id(request.GET.get("before", "")), size=PICKED_AT_ONCE)
    context: dict[str, Any] = {
        "tiles": tiles.of(found.assets, blur=privacy.is_on(user), now=timezone.now()),
        "wanted": wanted,
        "more": more_of(request, found.before),
        "pick": "yes",
    }
    if request.GET.get("part"):
        return render(request, "media/_picked.html", context)
    return render(
        request,
        "media/picker.html",
        {**context, "branches": folders.tree(user), "kinds": Asset.Kind.choices, "room": room.of(user)},
    )


def wanted_by(request: CreatorRequest) -> Wanted:
    """Return the filters of an address; what is none of the user's, or of no kind, filters nothing."""
    asked = request.GET
    kind = asked.get("kind", "")
    return Wanted(
        text=asked.get("q", "").strip()[:100],
        kind=kind if kind in Asset.Kind.values else "",
        folder=mine(request.user, Folder, asked.get("folder", "")),
        tag=mine(request.user, Tag, asked.get("tag", "")),
        unused=bool(asked.get("unused")),
        binned=bool(asked.get("bin")),
    )


def mine(user: User, model: Any, text: str) -> Any:
    pk = an_id(text)
    return model.objects.for_user(user).filter(pk=pk).first() if pk else None


def an_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def more_of(request: CreatorRequest, before: UUID | None) -> str:
    """Return the address of what follows; "" at the end."""
    if before is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "before"}
    return f"{request.path}?{urlencode({**kept, 'before': str(before)})}"
