"""What a draft said before, where it comes from, and going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, history
from content.channels import SPECS
from content.history import drafts, provenance, versions
from content.models import ContentVersion
from content.pages.composer import differences, saving, showing


@dataclass(frozen=True, slots=True)
class Entry:
    """A version in the list: `current` is what the draft says now, `chosen` the one that is compared.

    `text` is what it changed, with the name of the channel where that is a channel's own.
    """

    version: ContentVersion
    current: bool
    chosen: bool
    channel: str
    text: str


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
        "entries": entries(found, chosen),
        "chosen": chosen,
        "differences": differences.between(history.draft_of(content), drafts.said_in(chosen)) if chosen else (),
        "log": provenance.of(content),
    }
    return render(request, template, shown)


def entries(found: Sequence[ContentVersion], chosen: ContentVersion | None) -> list[Entry]:
    rows = []
    for version, older in zip_longest(found, found[1:]):
        place, text = told(version, older)
        name = str(SPECS[place].name) if place else ""
        rows.append(Entry(version, version == found[0], version == chosen, name, text))
    return rows


def told(version: ContentVersion, older: ContentVersion | None) -> tuple[str, str]:
    """Return the place and the body of what a version changed: of several texts the shared one."""
    own = {channel: said["body"] for channel, said in version.channels.items()}
    before = {channel: said["body"] for channel, said in older.channels.items()} if older else {}
    if older is not None and older.body == version.body:
        changed = next((channel for channel, body in own.items() if before.get(channel) != body), "")
        return changed, own.get(changed, version.body)
    return "", version.body


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
