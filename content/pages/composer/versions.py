"""What a draft said before, where it comes from, and going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, history
from content.history import Piece, provenance, versions
from content.models import Content, ContentVersion
from content.pages.composer import saving, showing


@dataclass(frozen=True, slots=True)
class Entry:
    """A version in the list: `current` is what the draft says now, `chosen` the one that is compared."""

    version: ContentVersion
    current: bool
    chosen: bool


@creator_required
@require_GET
def version_list(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Show the versions of a draft, the log of its origin, and one version against what it says now."""
    content = access.content(request.user, content_id)
    found = versions.of(content)
    chosen = next((version for version in found if str(version.pk) == request.GET.get("version")), None)
    template = "content/_history.html" if showing.by_script(request) else "content/history.html"
    shown = {
        "content": content,
        "entries": [Entry(version, version.revision == newest(found), version == chosen) for version in found],
        "chosen": chosen,
        "pieces": against(content, chosen) if chosen else (),
        "log": provenance.of(content),
    }
    return render(request, template, shown)


def newest(found: Sequence[ContentVersion]) -> int:
    return found[0].revision if found else 0


def against(content: Content, version: ContentVersion) -> list[Piece]:
    """Return what going back to a version would change."""
    return history.diff(versions.words(versions.said(content)), versions.words_of(version))


@creator_required
@require_POST
def version_restore(request: CreatorRequest, version_id: UUID) -> HttpResponse:
    version = access.version(request.user, version_id)
    try:
        content = history.restore(version.content, version, now=timezone.now())
    except history.NeedsText:
        messages.error(request, _("This post is scheduled or published: it needs its text."))
        return redirect("content:compose", version.content_id)
    if showing.by_script(request):
        return saving.as_json(content)
    messages.success(request, _("Restored. What stood there before is in the history too."))
    return redirect("content:compose", content.pk)
