"""The list of posts, by filters, and what a creator takes out of it as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import CreatorRequest, creator_required
from ai_routing.models import Run
from content import channels, exporting, figures, shelf, tagging
from content.figures import Figures
from content.models import Channel, Content, Generation, Publication, Tag
from content.shelf import Wanted

LONGEST_SEARCH: Final = 100
FORMATS: Final = {
    "csv": (exporting.as_csv, "text/csv; charset=utf-8"),
    "json": (exporting.as_json, "application/json"),
}
WAITS: Final = {Publication.State.REMINDED}


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of a post by its name; `own` says that it says something else there, written by `origin`."""

    name: str
    own: bool
    origin: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as the list shows it: its channels by name, its next or last time, and what it cost where AI wrote it."""

    content: Content
    channels: Sequence[Place]
    status: str
    publication: Publication | None
    figures: Figures | None

    @property
    def menu(self) -> str:
        return f"post-menu-{self.content.pk}"


@dataclass(frozen=True, slots=True)
class StateTab:
    """A state to choose, with how many posts stand in it: "99+" for more than anybody counts."""

    label: str
    url: str
    count: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is on: what it says, and the address without it."""

    label: str
    url: str


@creator_required
@require_GET
def post_list(request: CreatorRequest) -> HttpResponse:
    wanted = wanted_by(request)
    found = shelf.page(request.user, wanted, before=an_id(request.GET.get("before", "")))
    context: dict[str, Any] = {
        "rows": rows_of(found.contents),
        "wanted": wanted,
        "more": address(request, before=str(found.before)) if found.before else "",
        "here": request.get_full_path(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "posts/_rows.html", context)
    return render(
        request,
        "posts/index.html",
        {
            **context,
            "is_empty": not (context["rows"] or wanted.is_narrowed or wanted.binned),
            "tabs": tabs(request, wanted),
            "filters": filters(request, wanted),
            "tags": (tags := tagging.used(request.user)),
            "tag_options": tagging.choices(tags),
            "channels": Channel.choices,
            "types": Content.Type.choices,
            "origins": Content.Origin.choices,
            "exports": {name: address(request, reverse("content:post-export", args=[name])) for name in FORMATS},
        },
    )


@creator_required
@require_GET
def export(request: CreatorRequest, form: str) -> HttpResponseBase:
    """Send the posts that the list shows, all of them, as a file. Raises Http404 for a format that there is none of."""
    if form not in FORMATS:
        raise Http404
    write, media_type = FORMATS[form]
    body = write(shelf.all_of(request.user, wanted_by(request)))
    day = timezone.localdate().isoformat()
    return StreamingHttpResponse(
        (part.encode() for part in body),
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="huntaze-posts-{day}.{form}"'},
    )


def wanted_by(request: CreatorRequest) -> Wanted:
    """Return the filters of an address; what is none of the user's, or nothing that there is, filters nothing."""
    asked = request.GET
    tag, run = an_id(asked.get("tag", "")), an_id(asked.get("campaign", ""))
    return Wanted(
        text=asked.get("q", "").strip()[:LONGEST_SEARCH],
        state=known(asked.get("state", ""), Content.State.values),
        channel=known(asked.get("channel", ""), Channel.values),
        type=known(asked.get("type", ""), Content.Type.values),
        origin=known(asked.get("origin", ""), Content.Origin.values),
        tag=Tag.objects.for_user(request.user).filter(pk=tag).first() if tag else None,
        run=run if run and Run.objects.filter(pk=run, user=request.user).exists() else None,
        binned=bool(asked.get("bin")),
    )


def known(value: str, values: Sequence[str]) -> str:
    return value if value in values else ""


def an_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def address(request: CreatorRequest, path: str = "", **changed: str) -> str:
    """Return this page's address with some of its filters changed, or taken out where they are empty."""
    kept = {name: value for name, value in request.GET.items() if value and name != "before"}
    asked = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{path or request.path}?{urlencode(asked)}" if asked else path or request.path


def without(request: CreatorRequest, name: str) -> str:
    return address(request, path="", **{name: ""})


def tabs(request: CreatorRequest, wanted: Wanted) -> list[StateTab]:
    counts = shelf.counts(request.user)
    states = [("", _("All")), *((state.value, str(state.label)) for state in Content.State)]
    return [
        StateTab(
            label,
            address(request, state=value, bin=""),
            "99+" if counts[value] >= shelf.MOST_COUNTED else str(counts[value]),
            wanted.state == value and not wanted.binned,
        )
        for value, label in states
    ]


def filters(request: CreatorRequest, wanted: Wanted) -> list[Filter]:
    on = [
        ("q", f"“{wanted.text}”" if wanted.text else ""),
        ("channel", str(Channel(wanted.channel).label) if wanted.channel else ""),
        ("type", str(Content.Type(wanted.type).label) if wanted.type else ""),
        ("origin", str(Content.Origin(wanted.origin).label) if wanted.origin else ""),
        ("tag", f"#{wanted.tag.name}" if wanted.tag else ""),
        ("campaign", _("Campaign") if wanted.run else ""),
    ]
    return [Filter(label, without(request, name)) for name, label in on if label]


def rows_of(contents: list[Content]) -> list[PostRow]:
    """Return each content with the figures of the generation that wrote it last, in two queries for all."""
    last = (
        Generation.objects.filter(content__in=contents)
        .order_by("content_id", "-id")
        .distinct("content_id")
        .prefetch_related("variants")
    )
    of_content = {generation.content_id: figures.of_generation(generation) for generation in last}
    return [
        PostRow(
            content,
            places_of(content),
            status_of(content),
            telling(content),
            of_content.get(content.pk),
        )
        for content in contents
    ]


def places_of(content: Content) -> list[Place]:
    own = {row.channel for row in content.channels.all() if row.customized}
    return [
        Place(
            str(Channel(channel).label),
            channel in own,
            str(Content.Origin(channels.origin_of(content, channel)).label),
        )
        for channel in channels.of(content)
    ]


def status_of(content: Content) -> str:
    if any(row.state in WAITS for row in content.publications.all()):
        return "waiting"
    return str(content.state)


def telling(content: Content) -> Publication | None:
    """Return the publication whose time the row tells: the next one, else the last one that went out."""
    rows = list(content.publications.all())
    ahead = [row for row in rows if row.state in Publication.OPEN]
    out = [row for row in rows if row.published_at is not None]
    return ahead[0] if ahead else out[-1] if out else None


def chosen(request: CreatorRequest, most: int) -> list[UUID]:
    """Return the ids that a form's checkboxes named."""
    return [found for text in request.POST.getlist("ids")[:most] if (found := an_id(text))]
