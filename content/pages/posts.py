"""The pages of the texts that creators keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import CreatorRequest, creator_required
from content import access, figures, posts
from content.figures import Figures
from content.models import Content, Generation

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as the list shows it; without figures when it was written by hand."""

    content: Content
    figures: Figures | None


@creator_required
@require_GET
def post_list(request: CreatorRequest) -> HttpResponse:
    before = older_than(request.GET.get("before", ""))
    rows = posts.newest(request.user, before=before, limit=posts.PAGE + 1)
    shown = rows[: posts.PAGE]
    return render(
        request,
        "content/post_list.html",
        {"rows": with_figures(shown), "older": shown[-1].pk if len(rows) > posts.PAGE else None, "before": before},
    )


def with_figures(contents: list[Content]) -> list[PostRow]:
    """Return each content with the figures of the generation that wrote it last, in two queries for all."""
    last = (
        Generation.objects.filter(content__in=contents)
        .order_by("content_id", "-id")
        .distinct("content_id")
        .prefetch_related("variants")
    )
    of_content = {generation.content_id: figures.of_generation(generation) for generation in last}
    return [PostRow(content, of_content.get(content.pk)) for content in contents]


def older_than(text: str) -> UUID | None:
    """Return the id to go on from; anything that is none shows the newest posts."""
    try:
        return UUID(text)
    except ValueError:
        return None


@creator_required
@require_http_methods(READ_AND_SEND)
def post_delete(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    content = access.content(request.user, content_id)
    if request.method != "POST":
        return render(request, "content/post_delete.html", {"content": content})
    posts.delete(content, now=timezone.now())
    messages.success(request, _("Post deleted"))
    return redirect("content:post-list")
