"""What the browser asks while it uploads, as JSON. The bytes themselves go to the store."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, uploads
from content.media import faults, receiving, room, storage
from content.media.receiving import Announced
from content.models import Asset, Folder
from content.pages.media.library import an_id

MOST_BODY = 4_000


@creator_required
@require_POST
def begin(request: CreatorRequest) -> HttpResponse:
    asked = read(request)
    name, size = asked.get("name"), asked.get("size")
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        return refusal(400, "invalid", _("This is no upload"), _("Reload the page and try again."))
    folder_id = an_id(str(asked.get("folder") or ""))
    folder = Folder.objects.for_user(request.user).filter(pk=folder_id).first() if folder_id else None
    announced = Announced(name=name, size=size, media_type=str(asked.get("type") or ""))
    try:
        asset = receiving.begin(request.user, announced, folder, now=timezone.now())
    except receiving.NotAccepted as error:
        fault = faults.FAULTS[error.code]
        return refusal(422, error.code, str(fault.title), str(fault.advice))
    except room.StorageFull as error:
        return refusal(
            402,
            "storage_full",
            _("Your storage is full"),
            _("%(left)s of %(limit)s are left. Delete files and empty the bin, or choose a larger plan.")
            % {"left": filesizeformat(error.room.left), "limit": filesizeformat(error.room.limit)},
        )
    return JsonResponse(told(asset, []), status=201)


@creator_required
@require_GET
def state(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    """Which parts are there, and forms for the next ones."""
    asset = access.asset(request.user, asset_id)
    try:
        there = receiving.parts_there(asset) if asset.state == Asset.State.UPLOADING else []
        return JsonResponse(told(asset, there))
    except storage.AWAY:
        return away()


@creator_required
@require_POST
def finish(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    asset = access.asset(request.user, asset_id)
    try:
        closed = uploads.finish(asset, now=timezone.now())
    except receiving.PartsMissing as error:
        return JsonResponse({"code": "parts_missing", "missing": error.numbers}, status=409)
    except receiving.NotUploading:
        return refusal(409, "ended", _("This upload has ended"), _("Choose the file again."))
    except storage.AWAY:
        return away()
    return JsonResponse({"id": str(closed.pk), "state": closed.state}, status=202)


@creator_required
@require_POST
def discard(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    try:
        receiving.give_up(access.asset(request.user, asset_id))
    except receiving.NotUploading:
        return refusal(409, "ended", _("This upload has ended"), _("You find the file in the library."))
    except storage.AWAY:
        # The row is gone; what lies in the store, its own lifecycle deletes.
        pass
    return HttpResponse(status=204)


def told(asset: Asset, there: list[int]) -> dict[str, Any]:
    is_under_way = asset.state == Asset.State.UPLOADING
    return {
        "id": str(asset.pk),
        "state": asset.state,
        "size": asset.size,
        "part_size": asset.part_size,
        "parts": asset.parts,
        "there": there,
        "forms": receiving.forms(asset, there) if is_under_way else [],
    }


def read(request: HttpRequest) -> dict[str, Any]:
    try:
        asked = json.loads(request.body[:MOST_BODY])
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def refusal(status: int, code: str, title: str, advice: str) -> HttpResponse:
    return JsonResponse({"code": code, "title": title, "advice": advice}, status=status)


def away() -> HttpResponse:
    return refusal(503, "store_away", _("The storage does not answer"), _("Try again in a moment: nothing is lost."))
