"""What creators do with posts in the list, one or many at a time; what can be taken back is, by a toast."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, post_templates, shelf, tagging, trash
from content.models import Content, Tag
from content.pages import undoing
from content.pages.posts.shelf import FORMATS, chosen
from content.pages.undoing import Taken

UNDO: Final = "content:post-undo"


class BulkForm(forms.Form):
    """What to do with the posts that were chosen."""

    act = forms.ChoiceField(
        choices=[
            (name, name) for name in ("tag", "untag", "delete", "restore", "purge", *(f"as-{form}" for form in FORMATS))
        ]
    )
    tag = forms.CharField(max_length=tagging.LONGEST, required=False)


@creator_required
@require_POST
def bulk(request: CreatorRequest) -> HttpResponseBase:
    contents = shelf.of_ids(request.user, chosen(request, trash.AT_MOST))
    form = BulkForm(request.POST)
    if not contents:
        messages.info(request, _("Choose at least one post first"))
    elif not form.is_valid():
        messages.error(request, _("This cannot be done with these posts"))
    elif (act := form.cleaned_data["act"]).startswith("as-"):
        return some(request, contents, act.removeprefix("as-"))
    else:
        do(request, act, form.cleaned_data["tag"], contents)
    return back(request)


def do(request: CreatorRequest, act: str, tag: str, contents: list[Content]) -> None:
    now = timezone.now()
    match act:
        case "delete":
            delete(request, contents)
        case "restore":
            ids = [content.pk for content in contents if content.deleted_at is not None]
            trash.take_back(request.user, ids, now=now)
            taken = {"act": "restore", "ids": [str(pk) for pk in ids]}
            undoing.offer(request, _("Taken out of the bin"), taken, by=UNDO)
        case "purge":
            count = trash.delete_for_good(contents, now=now)
            said = ngettext("%(count)s post deleted for good", "%(count)s posts deleted for good", count)
            messages.success(request, said % {"count": count})
        case _tagging if not tagging.cleaned(tag):
            messages.info(request, _("Write a tag first"))
        case "tag":
            word, new = tagging.put_on(request.user, contents, tag)
            said = ngettext("%(count)s post tagged", "%(count)s posts tagged", len(contents))
            taken = {"act": "tag", "tag": str(word.pk), "ids": [str(pk) for pk in new]}
            undoing.offer(request, said % {"count": len(contents)}, taken, by=UNDO)
        case "untag":
            untag(request, tag, contents)


def untag(request: CreatorRequest, name: str, contents: list[Content]) -> None:
    word = Tag.objects.for_user(request.user).filter(name__iexact=tagging.cleaned(name)).first()
    had = tagging.take_off(word, [content.pk for content in contents]) if word else []
    if word is None or not had:
        messages.info(request, _("None of these posts has this tag"))
        return
    said = ngettext("Tag taken off %(count)s post", "Tag taken off %(count)s posts", len(had))
    taken = {"act": "untag", "tag": word.name, "ids": [str(pk) for pk in had]}
    undoing.offer(request, said % {"count": len(had)}, taken, by=UNDO)


def delete(request: CreatorRequest, contents: list[Content]) -> None:
    ids = trash.put_away(request.user, contents, now=timezone.now())
    said = ngettext("%(count)s post is in the bin", "%(count)s posts are in the bin", len(ids)) % {"count": len(ids)}
    undoing.offer(request, said, {"act": "delete", "ids": [str(pk) for pk in ids]}, by=UNDO)


def some(request: CreatorRequest, contents: list[Content], form: str) -> StreamingHttpResponse:
    """Send the chosen posts as a file."""
    write, media_type = FORMATS[form]
    ids = [content.pk for content in contents]
    rows = shelf.with_all_shown(Content.objects.filter(user=request.user, pk__in=ids).order_by("-pk"))
    return StreamingHttpResponse(
        (part.encode() for part in write(rows)),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="huntaze-posts.{form}"'},
    )


@creator_required
@require_POST
def post_delete(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    delete(request, [access.content(request.user, content_id)])
    return back(request)


@creator_required
@require_POST
def undo(request: CreatorRequest, token: str) -> HttpResponse:
    taken = undoing.taken(request, token, by=UNDO)
    if taken is None:
        messages.info(request, _("This cannot be taken back any more"))
        return back(request)
    try:
        take_back(request, taken)
    except (post_templates.NameTaken, post_templates.TooMany):
        messages.error(request, _("There is a template of that name already"))
    else:
        messages.success(request, _("As it was before"))
    return back(request)


def take_back(request: CreatorRequest, taken: Taken) -> None:
    user = request.user
    match taken["act"]:
        case "delete":
            trash.take_back(user, taken["ids"], now=timezone.now())
        case "restore":
            trash.put_away(user, list(Content.objects.for_user(user).filter(pk__in=taken["ids"])), now=timezone.now())
        case "tag":
            if word := Tag.objects.for_user(user).filter(pk=taken["tag"]).first():
                tagging.take_off(word, taken["ids"])
        case "untag":
            tagging.put_on(
                user, list(Content.objects.filter(user=user, pk__in=taken["ids"]).defer("search")), taken["tag"]
            )
        case "tag-removed":
            tagging.put_back(user, **taken["removed"])
        case "template-removed":
            post_templates.put_back(user, taken["removed"], now=timezone.now())


def back(request: CreatorRequest) -> HttpResponse:
    return undoing.back(request, "content:post-list")
