"""What the composer's page and its parts show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from ai_routing.models.work import UNDER_WAY, Status
from content import channels, edits, examples, failures, figures, forms, history, media
from content.brief import LANGUAGES
from content.channels import SPECS, Fault, LabelRule, Spec, Text, counting, texts
from content.failures import Failure
from content.figures import Figures
from content.forms import ComposerForm
from content.models import Asset, Content, Generation, Kind, Origin, Publication, Variant

MOST_BESIDE: Final = 8


def show(
    request: HttpRequest, form: ComposerForm, content: Content | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    return render(request, "content/create.html", page(form, content, **more), status=status)


def address(content: Content) -> str:
    return reverse("content:compose", args=[content.pk])


def by_script(request: HttpRequest) -> bool:
    """Whether the page's own script asks: it takes parts and JSON instead of pages."""
    return request.headers.get("X-Composer") == "yes"


@dataclass(frozen=True, slots=True)
class VariantCard:
    """A version of a text as its card shows it; `chosen` says that it is what the post says now."""

    variant: Variant
    figures: Figures
    failure: Failure | None
    chosen: bool

    @property
    def place(self) -> str:
        """The id of its card. A version that was asked for later has an index of its own generation."""
        generation = self.variant.generation
        return f"more-{generation.pk}" if generation.beside_id else f"variant-{self.variant.index}"

    @property
    def is_more(self) -> bool:
        """Whether it was asked for later, by itself: its card hears of its own generation."""
        return self.variant.generation.beside_id is not None


@dataclass(frozen=True, slots=True)
class Gentler:
    """A brief in words that a content filter lets pass: what changed, and the form that sends it."""

    changes: Sequence[tuple[str, str]]
    prompt: str
    form: forms.BriefForm


@dataclass(frozen=True, slots=True)
class ChannelPanel:
    """A channel as the composer shows it: its fields, its preview, what is wrong there, and what stands on the calendar."""

    name: str
    spec: Spec
    chosen: bool
    fields: dict[str, Any]
    text: Text
    used: int
    faults: Sequence[Fault]
    publication: Publication | None

    @property
    def label_is_fixed(self) -> bool:
        return self.spec.label_rule == LabelRule.ALWAYS


def panels(form: ComposerForm, content: Content | None, files: Sequence[Asset]) -> list[ChannelPanel]:
    """Return every channel, whether chosen or not: a script shows one that is chosen without asking the server."""
    chosen = [str(channel) for channel in form["channels"].value() or []]
    shown = content or Content(language=str(form["language"].value() or "en"))
    ahead = standing(content) if content else {}
    return [panel(form, shown, channel, files, ahead.get(channel), chosen=channel in chosen) for channel in SPECS]


def standing(content: Content) -> dict[str, Publication]:
    """Return what is still to go out of a content, by channel: also on one that is not chosen any more."""
    return {row.channel: row for row in content.publications.filter(state__in=Publication.OPEN).order_by("-due_at")}


def panel(
    form: ComposerForm,
    content: Content,
    channel: str,
    files: Sequence[Asset],
    publication: Publication | None,
    *,
    chosen: bool,
) -> ChannelPanel:
    text = Text("", "") if content._state.adding else channels.text(content, channel)
    return ChannelPanel(
        name=channel,
        spec=SPECS[channel],
        chosen=chosen,
        fields={
            "own": form[f"own-{channel}"],
            "title": form[f"title-{channel}"],
            "body": form[f"body-{channel}"],
            "labelled": is_labelled(content, channel),
        },
        text=text,
        used=counting.length(text.body, SPECS[channel].counting),
        faults=channels.faults(text, channel, files) if chosen and (text.body or files) else [],
        publication=publication,
    )


def is_labelled(content: Content, channel: str) -> bool:
    if content._state.adding:
        return True
    row = next((row for row in content.channels.all() if row.channel == channel), None)
    return row is None or row.labelled


def page(form: ComposerForm, content: Content | None = None, **more: Any) -> dict[str, Any]:
    """Return what the page shows, for a draft or for a new one."""
    shown = with_media(content)
    newest = of_kind(content, Kind.TEXT) if content else None
    if newest is not None and newest.beside is not None:
        newest = newest.beside
    return {
        "form": form,
        "content": content,
        "panels": panels(form, content, [each.asset for each in shown["media"]]),
        "media": shown["media"],
        "changes": edits.CHANGES,
        "examples": examples.EXAMPLES,
        "refusal": None,
        "planned_for": content.planned_for if content and content.state == Content.State.DRAFT else None,
        "voiced": "voice" in form.fields,
        "conflict": None,
        **(results(newest) if newest else {"generation": None, "changes": edits.CHANGES}),
        "suggestion": suggestion(content) if content else None,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A media file with signed addresses of its small and its larger picture; "" while there is none."""

    asset: Asset
    thumb: str
    preview: str

    @classmethod
    def of(cls, asset: Asset) -> Shown:
        return cls(asset, media.url(asset, "thumb"), media.url(asset, "preview"))


def with_media(content: Content | None) -> dict[str, Any]:
    """Return what the card of a draft's media shows."""
    found = media.of(content) if content is not None else []
    return {"content": content, "media": [Shown.of(asset) for asset in found]}


def of_kind(content: Content, *kinds: str) -> Generation | None:
    return (
        Generation.objects.filter(content=content, kind__in=kinds)
        .select_related("content", "beside__content")
        .prefetch_related("variants")
        .order_by("-id")
        .first()
    )


def results(row: Generation) -> dict[str, Any]:
    """Return what the cards of a generation show."""
    softer, said = failures.gentler(row), said_at(row)
    return {
        "generation": row,
        "cards": [*cards(row, said), *(card for more in beside(row) for card in cards(more, said))],
        "written_for": str(SPECS[row.channel].name) if row.channel else "",
        "figures": figures.of_generation(row),
        "gentler": Gentler(softer.changes, softer.text, forms.gentler(row, softer.text)) if softer else None,
        "changes": edits.CHANGES,
        "languages": LANGUAGES,
    }


def beside(row: Generation) -> list[Generation]:
    """Return the newest versions that were asked for later, of the same brief, the oldest first."""
    rows = Generation.objects.filter(beside=row).select_related("content").prefetch_related("variants")
    return list(rows.order_by("-id")[:MOST_BESIDE])[::-1]


def one_more(row: Generation) -> dict[str, Any]:
    """Return what the card of a version that was asked for later shows."""
    root = row.beside or row
    ids = [more.pk for more in beside(root)]
    number = root.variants.count() + (ids.index(row.pk) + 1 if row.pk in ids else len(ids))
    (card,) = cards(row, said_at(row))
    return {"card": card, "number": number, "changes": edits.CHANGES, "languages": LANGUAGES}


def said_at(row: Generation) -> str:
    """Return what the draft of a generation says now where its texts belong."""
    if row.content is None:
        return ""
    return history.draft_of(row.content).body_at(row.channel) if row.channel else row.content.body


def cards(row: Generation, said: str) -> list[VariantCard]:
    return [
        VariantCard(
            variant=variant,
            figures=figures.summed(row, [variant]),
            failure=failures.FAILURES.get(variant.error_code),
            chosen=bool(variant.body) and variant.body == said,
        )
        for variant in sorted(row.variants.all(), key=lambda variant: variant.index)
    ]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What came of a rewrite, or of asking for hashtags or first lines. `found` is None where nothing can be read."""

    generation: Generation
    card: VariantCard
    pieces: Sequence[history.Piece]
    found: Sequence[str] | None
    finished: bool
    usable: bool

    @property
    def label(self) -> str:
        """What tells of AI on that channel, once the text is used there."""
        row = self.generation
        if not row.channel or row.content is None:
            return ""
        return texts.label_for(row.content, row.channel, self.card.variant.body, Origin.AI_ASSISTED)

    @property
    def written_for(self) -> str:
        """The name of the channel whose own text it is for."""
        channel = self.generation.channel
        return str(SPECS[channel].name) if channel else ""


def suggestion(content: Content) -> Suggestion | None:
    """Return what was asked for last about the text, while it runs or until the text changes."""
    row = of_kind(content, Kind.REWRITE, Kind.HASHTAGS, Kind.HOOKS)
    if row is None or (row.finished_at is not None and row.finished_at <= content.updated_at):
        return None
    return suggested(row)


def suggested(row: Generation) -> Suggestion:
    (card, *_) = cards(row, said_at(row))
    body = card.variant.body
    finished = card.variant.status not in UNDER_WAY
    usable = bool(body) and card.variant.status in (Status.DONE, Status.STOPPED)
    return Suggestion(
        generation=row,
        card=card,
        pieces=history.diff(row.source, body) if usable and row.kind == Kind.REWRITE else (),
        found=listed(row, body) if usable else None,
        finished=finished,
        usable=usable,
    )


def listed(row: Generation, body: str) -> list[str] | None:
    read = {Kind.HASHTAGS: edits.hashtags, Kind.HOOKS: edits.hooks}.get(Kind(row.kind))
    try:
        return read(body) if read else None
    except edits.NothingFound:
        return None


def told(content: Content) -> dict[str, Any]:
    """Return what the page's script must know of a draft that was saved."""
    files = media.of(content)
    draft = history.draft_of(content)
    said = {channel: channels.text(content, channel) for channel in channels.of(content)}
    ahead = standing(content)
    return {
        "id": str(content.pk),
        "revision": content.revision,
        "saved_at": content.updated_at.isoformat(),
        "title": content.title,
        "body": content.body,
        "own": {
            channel: {"customized": own.customized, "title": own.title, "body": own.body}
            for channel, own in draft.own.items()
        },
        "standing": {
            channel: render_to_string("content/_standing.html", {"publication": ahead[channel]})
            if channel in ahead
            else ""
            for channel in SPECS
        },
        "urls": {
            "page": address(content),
            "save": reverse("content:draft-save", args=[content.pk]),
            "write": reverse("content:write", args=[content.pk]),
            "edit": reverse("content:edit", args=[content.pk]),
            "schedule": reverse("content:schedule", args=[content.pk]),
            "media": reverse("content:draft-media", args=[content.pk]),
            "history": reverse("content:version-list", args=[content.pk]),
        },
        "channels": {
            channel: {
                "label": text.label,
                "origin": str(text.origin),
                "origin_html": render_to_string("content/_origin.html", {"text": text}),
                "faults": [
                    {"message": str(fault.message), "stops": fault.stops}
                    for fault in channels.faults(text, channel, files)
                ],
            }
            for channel, text in said.items()
        },
    }
