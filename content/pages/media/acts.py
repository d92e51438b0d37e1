"""What creators do with files and folders; what can be taken back is, by a toast."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from content import access
from content.media import arranging, folders, library, privacy, storage, sweep
from content.media.arranging import Taken
from content.models import Asset
from content.pages import undoing
from content.pages.media.forms import BulkForm, FolderForm
from content.pages.media.library import an_id

UNDO: Final = "content:media-undo"


@creator_required
@require_POST
def bulk(request: CreatorRequest) -> HttpResponse:
    ids = [found for text in request.POST.getlist("ids")[: arranging.MOST_AT_ONCE] if (found := an_id(text))]
    assets = library.of_ids(request.user, ids)
    form = BulkForm(request.POST, user=request.user)
    if not assets:
        messages.info(request, _("Choose at least one file first"))
    elif not form.is_valid():
        messages.error(request, _("This cannot be done with these files"))
    else:
        do(request, form, assets)
    return back(request)


def do(request: CreatorRequest, form: BulkForm, assets: list[Asset]) -> None:
    now, user, count = timezone.now(), request.user, len(assets)
    match form.cleaned_data["act"]:
        case "move":
            taken = arranging.move(assets, form.cleaned_data["folder"], now=now)
            offer(request, ngettext("%(count)s file moved", "%(count)s files moved", count) % {"count": count}, taken)
        case "tag" if form.cleaned_data["tag"].strip(" #"):
            taken = arranging.tag(user, assets, form.cleaned_data["tag"])
            offer(request, ngettext("%(count)s file tagged", "%(count)s files tagged", count) % {"count": count}, taken)
        case "tag":
            messages.info(request, _("Write a tag first"))
        case "delete":
            delete(request, assets)
        case "restore":
            offer(request, _("Taken out of the bin"), arranging.take_back(user, assets))
        case "purge":
            purge(request, [asset for asset in assets if asset.deleted_at is not None])
        case "blur" | "unblur" as act:
            taken = arranging.blur(assets, blurred=act == "blur", now=now)
            offer(request, _("Blurred on your screen") if act == "blur" else _("Not blurred any more"), taken)


def delete(request: CreatorRequest, assets: list[Asset]) -> None:
    """Put files into the bin; those that were not accepted have nothing to keep, and go at once."""
    refused = [asset for asset in assets if asset.state == Asset.State.REJECTED]
    kept = [asset for asset in assets if asset.state != Asset.State.REJECTED]
    if refused:
        sweep.purge(refused)
    if not kept:
        messages.success(request, _("Removed"))
        return
    taken = arranging.put_away(request.user, kept, now=timezone.now())
    said = ngettext("%(count)s file is in the bin", "%(count)s files are in the bin", len(kept))
    offer(request, said % {"count": len(kept)}, taken)


def purge(request: CreatorRequest, assets: list[Asset]) -> None:
    try:
        count = sweep.purge(assets)
    except storage.AWAY:
        messages.error(request, _("The storage does not answer. Try again in a moment."))
        return
    said = ngettext("%(count)s file deleted for good", "%(count)s files deleted for good", count)
    messages.success(request, said % {"count": count})


@creator_required
@require_POST
def asset_delete(request: CreatorRequest, asset_id: UUID) -> HttpResponse:
    delete(request, [access.asset(request.user, asset_id)])
    return redirect("content:media")


@creator_required
@require_POST
def empty_bin(request: CreatorRequest) -> HttpResponse:
    """Delete what is in the bin, the oldest 200 first; more than that goes by the next press, or by itself."""
    rows = Asset.objects.in_bin(request.user).order_by("deleted_at", "pk")
    purge(request, list(rows[: arranging.MOST_AT_ONCE]))
    return redirect(f"{reverse('content:media')}?bin=1")


@creator_required
@require_POST
def folder_make(request: CreatorRequest) -> HttpResponse:
    form = FolderForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Give the folder a name of up to 60 characters"))
        return back(request)
    words = form.cleaned_data
    try:
        made = folders.make(request.user, words["name"], words["parent"], now=timezone.now())
    except (folders.NameTaken, folders.TooDeep, folders.TooMany) as error:
        messages.error(request, said_of(error))
        return back(request)
    messages.success(request, _("Folder made"))
    return redirect(f"{reverse('content:media')}?folder={made.pk}")


@creator_required
@require_POST
def folder_change(request: CreatorRequest, folder_id: UUID) -> HttpResponse:
    folder = access.folder(request.user, folder_id)
    form = FolderForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("Give the folder a name of up to 60 characters"))
        return back(request)
    try:
        folders.change(folder, form.cleaned_data["name"], form.cleaned_data["parent"])
    except (folders.NameTaken, folders.TooDeep) as error:
        messages.error(request, said_of(error))
    else:
        messages.success(request, _("Saved"))
    return back(request)


@creator_required
@require_POST
def folder_delete(request: CreatorRequest, folder_id: UUID) -> HttpResponse:
    folder = access.folder(request.user, folder_id)
    try:
        record = folders.remove(folder)
    except folders.NameTaken as error:
        messages.error(request, said_of(error))
        return back(request)
    offer(request, _("Folder deleted. Its files are where it lay."), {"act": "folder", "folder": record})
    return redirect("content:media")


@creator_required
@require_POST
@kept_open
def blur_all(request: CreatorRequest) -> HttpResponse:
    """Turn the privacy blur on or off."""
    on, before = request.POST.get("on") == "yes", privacy.is_on(request.user)
    privacy.turn(request.user, on=on)
    said = _("Media is blurred until you point at it") if on else _("Media is shown again")
    offer(request, said, {"act": "blur-all", "on": before})
    return back(request)


@creator_required
@require_POST
def undo(request: CreatorRequest, token: str) -> HttpResponse:
    taken = undoing.taken(request, token, by=UNDO)
    if taken is None:
        messages.info(request, _("This cannot be taken back any more"))
        return back(request)
    try:
        arranging.undo(request.user, taken)
    except folders.NameTaken as error:
        messages.error(request, said_of(error))
    else:
        messages.success(request, _("As it was before"))
    return back(request)


def offer(request: CreatorRequest, text: str, taken: Taken) -> None:
    undoing.offer(request, text, taken, by=UNDO)


def said_of(error: Exception) -> str:
    match error:
        case folders.NameTaken():
            return _("There is a folder of that name already")
        case folders.TooDeep():
            return _("Folders lie in one another up to five deep, and none in itself")
        case _other:
            return _("There are 500 folders already")


def back(request: CreatorRequest) -> HttpResponse:
    return undoing.back(request, "content:media")
