"""A creator's fans: the list, by segments and filters, and one with all that is kept of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import CreatorRequest, creator_required
from content.pages import undoing
from fans import access, books, exporting, forms, keeping, ledger, listing, notes, segments
from fans.listing import Wanted
from fans.models import Fan, FanTag, Site

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]
UNDO: Final = "fans:fan-undo"
LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class Tab:
    """A segment to choose: its name, what it means, how many are in it, and where it is shown."""

    label: str
    meaning: str
    url: str
    count: int
    chosen: bool


@creator_required
@require_GET
def fan_list(request: CreatorRequest) -> HttpResponse:
    now = timezone.now()
    wanted = wanted_by(request)
    found = listing.page(request.user, wanted, now=now, after=an_id(request.GET.get("after", "")))
    spent = books.spent_by([fan.pk for fan in found.fans])
    context: dict[str, Any] = {
        "rows": [(fan, spent.get(fan.pk, [])) for fan in found.fans],
        "wanted": wanted,
        "more": address(request, after=str(found.after)) if found.after else "",
        "here": request.get_full_path(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "fans/_rows.html", context)
    tags = listing.tags(request.user)
    counts = segments.counts(request.user, now=now)
    return render(
        request,
        "fans/index.html",
        {
            **context,
            "is_empty": not (counts[""] or wanted.is_narrowed or wanted.binned),
            "tabs": tabs(request, wanted, counts),
            "segment": segments.SEGMENTS.get(wanted.segment),
            "tag_options": [(str(tag.pk), f"#{tag.name}") for tag in tags],
            "platforms": Site.choices,
            "export": address(request, "/app/fans/export"),
        },
    )


def wanted_by(request: CreatorRequest) -> Wanted:
    """Return the filters of an address; what is none of the creator's, or nothing that there is, filters nothing."""
    asked = request.GET
    tag = an_id(asked.get("tag", ""))
    return Wanted(
        text=asked.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", ""),
        segment=asked.get("segment", "") if asked.get("segment") in segments.SEGMENTS else "",
        platform=asked.get("platform", "") if asked.get("platform") in Site.values else "",
        tag=FanTag.objects.for_user(request.user).filter(pk=tag).first() if tag else None,
        binned=bool(asked.get("bin")),
    )


def an_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def address(request: CreatorRequest, path: str = "", **changed: str) -> str:
    """Return this page's address with some of its filters changed, or taken out where they are empty."""
    kept = {name: value for name, value in request.GET.items() if value and name != "after"}
    asked = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{path or request.path}?{urlencode(asked)}" if asked else path or request.path


def tabs(request: CreatorRequest, wanted: Wanted, counts: dict[str, int]) -> list[Tab]:
    everybody = Tab(
        _("Everybody"), "", address(request, segment="", bin=""), counts[""], not (wanted.segment or wanted.binned)
    )
    return [
        everybody,
        *(
            Tab(
                str(segment.label),
                str(segment.meaning),
                address(request, segment=segment.key, bin=""),
                counts[segment.key],
                wanted.segment == segment.key,
            )
            for segment in segments.SEGMENTS.values()
        ),
    ]


@creator_required
@require_GET
def export(request: CreatorRequest) -> HttpResponseBase:
    """Send the fans that the list shows, all of them, as a CSV file."""
    rows = listing.all_of(request.user, wanted_by(request), now=timezone.now())
    return as_file(exporting.fans(rows), "fans")


def as_file(parts: Any, name: str) -> StreamingHttpResponse:
    day = timezone.localdate().isoformat()
    return StreamingHttpResponse(
        (part.encode() for part in parts),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="huntaze-{name}-{day}.csv"'},
    )


@creator_required
@require_GET
def fan_detail(request: CreatorRequest, fan_id: UUID) -> HttpResponse:
    fan = access.fan(request.user, fan_id)
    return fan_page(request, fan, forms.NoteForm())


def fan_page(request: CreatorRequest, fan: Fan, form: forms.NoteForm, *, status: int = 200) -> HttpResponse:
    return render(
        request,
        "fans/fan.html",
        {
            "fan": fan,
            "spent": books.spent_by([fan.pk]).get(fan.pk, []),
            "months": ledger.months_of(fan)[-12:][::-1],
            "payments": ledger.of_fan(fan),
            "follows": list(fan.follows.order_by("-pk")[:10]),
            "notes": notes.shown(fan),
            "form": form,
            "here": request.get_full_path(),
        },
        status=status,
    )


@creator_required
@require_http_methods(READ_AND_SEND)
def fan_new(request: CreatorRequest) -> HttpResponse:
    form = forms.FanForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            fan = keeping.add(request.user, form.told(), now=timezone.now())
        except keeping.IdentityTaken as error:
            refuse(form, error)
        else:
            messages.success(request, _("Fan added"))
            return redirect("fans:fan", fan.pk)
    return edit_page(request, form, None)


@creator_required
@require_http_methods(READ_AND_SEND)
def fan_edit(request: CreatorRequest, fan_id: UUID) -> HttpResponse:
    fan = access.fan(request.user, fan_id)
    form = forms.FanForm(request.POST if request.method == "POST" else None, fan=fan)
    if form.is_bound and form.is_valid():
        try:
            keeping.change(fan, form.told(), now=timezone.now())
        except keeping.IdentityTaken as error:
            refuse(form, error)
        else:
            messages.success(request, _("Saved"))
            return redirect("fans:fan", fan.pk)
    return edit_page(request, form, fan)


def refuse(form: forms.FanForm, error: keeping.IdentityTaken) -> None:
    said = _("Another fan of yours is %(handle)s on %(platform)s, perhaps one in the bin.")
    form.add_error(None, said % {"handle": error.handle, "platform": Site(error.platform).label})


def edit_page(request: CreatorRequest, form: forms.FanForm, fan: Fan | None) -> HttpResponse:
    return render(request, "fans/edit.html", {"form": form, "fan": fan}, status=422 if form.is_bound else 200)


@creator_required
@require_POST
def fan_delete(request: CreatorRequest, fan_id: UUID) -> HttpResponse:
    fan = access.fan(request.user, fan_id)
    keeping.put_away(request.user, [fan_id], now=timezone.now())
    taken = {"act": "delete", "ids": [str(fan_id)]}
    undoing.offer(request, _("“%(name)s” is in the bin") % {"name": fan.name}, taken, by=UNDO)
    return undoing.back(request, "fans:fan-list")


@creator_required
@require_POST
def fan_restore(request: CreatorRequest, fan_id: UUID) -> HttpResponse:
    """Take a fan out of the bin; nothing happens to anybody else's."""
    if keeping.take_back(request.user, [fan_id]):
        messages.success(request, _("Taken out of the bin"))
    return undoing.back(request, "fans:fan-list")


@creator_required
@require_POST
def undo(request: CreatorRequest, token: str) -> HttpResponse:
    taken = undoing.taken(request, token, by=UNDO)
    if taken is None:
        messages.info(request, _("This cannot be taken back any more"))
        return undoing.back(request, "fans:fan-list")
    if taken["act"] == "note":
        notes.put_back(access.fan(request.user, UUID(taken["fan"])), taken, now=timezone.now())
    else:
        keeping.take_back(request.user, taken["ids"])
    messages.success(request, _("As it was before"))
    return undoing.back(request, "fans:fan-list")


# --- Notes ----------------------------------------------------------------------------------------------------------


@creator_required
@require_POST
def note_add(request: CreatorRequest, fan_id: UUID) -> HttpResponse:
    fan = access.fan(request.user, fan_id)
    form = forms.NoteForm(request.POST)
    if not form.is_valid():
        return fan_page(request, fan, form, status=422)
    notes.write(fan, form.cleaned_data["text"], now=timezone.now())
    return redirect("fans:fan", fan.pk)


@creator_required
@require_POST
def note_decide(request: CreatorRequest, note_id: UUID) -> HttpResponse:
    """Say yes or no to a note that AI proposed."""
    note = access.note(request.user, note_id)
    try:
        notes.decide(note, keep=request.POST.get("answer") == "yes", now=timezone.now())
    except notes.Decided:
        messages.info(request, _("This note waits for no answer"))
    return redirect("fans:fan", note.fan_id)


@creator_required
@require_POST
def note_delete(request: CreatorRequest, note_id: UUID) -> HttpResponse:
    note = access.note(request.user, note_id)
    taken = {"act": "note", **notes.remove(note)}
    undoing.offer(request, _("Note deleted"), taken, by=UNDO)
    return redirect("fans:fan", note.fan_id)
