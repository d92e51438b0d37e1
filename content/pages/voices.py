"""The pages of brand voices: the list, a new one from samples, and one with all that belongs to it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from ai_routing.routing import InvalidRequest, NoDeployment
from billing import budgets, plans, quota
from content import access, voice_forms, voice_reading, voices
from content.models import Voice
from content.voices import keeping, learning
from content.voices.versions import history

READ_AND_SEND: Final = ["GET", "HEAD", "POST"]
REFUSALS: Final = (
    quota.QuotaExhausted,
    quota.PlanRequired,
    budgets.BudgetExhausted,
    NoDeployment,
    InvalidRequest,
    voice_reading.NobodyReads,
)


@creator_required
@require_GET
def voice_list(request: CreatorRequest) -> HttpResponse:
    rows = voices.of(request.user)
    limit = plans.get(request.user.tier).voices
    return render(
        request,
        "content/voices/list.html",
        {"voices": rows, "limit": limit, "room": max(0, limit - len(rows))},
    )


@creator_required
@require_http_methods(READ_AND_SEND)
def voice_new(request: CreatorRequest) -> HttpResponse:
    if request.method != "POST":
        return new_page(request, voice_forms.SamplesForm())
    form = voice_forms.SamplesForm(request.POST)
    by_hand = "by_hand" in request.POST
    if not by_hand and not form.is_valid():
        return new_page(request, form, status=422)
    texts = [] if by_hand else form.cleaned_data["samples"]
    name = request.POST.get("name", "").strip()[:60]
    try:
        voice = made(request, name, texts)
    except voices.PlanLimit:
        return new_page(request, form, status=403)
    except voices.NameTaken:
        form.add_error("name", _("Another voice of yours has this name."))
        return new_page(request, form, status=422)
    if texts:
        read(request, voice)
    return redirect("content:voice-detail", voice.pk)


def made(request: CreatorRequest, name: str, texts: list[str]) -> Voice:
    """Make a voice of what was pasted; one without a name gets a free one. Raises as `voices.create` does."""
    taken = {row.name.lower() for row in voices.of(request.user)}
    stem = str(_("My voice"))
    free = next(label for n in range(1, 99) if (label := stem if n == 1 else f"{stem} {n}").lower() not in taken)
    if texts:
        wording = voice_forms.from_samples(request.user, name or free, texts)
    else:
        wording = voices.Wording(name=name or free, language=request.user.locale)
    return voices.create(request.user, wording, texts, now=timezone.now())


def read(request: CreatorRequest, voice: Voice) -> None:
    """Have a model read the samples as well; where none can, what was counted stands."""
    try:
        voice_reading.request(voice, now=timezone.now())
    except REFUSALS:
        messages.info(
            request,
            _("What can be counted is filled in. No model read your samples this time: add what it cannot see."),
        )


def new_page(request: CreatorRequest, form: voice_forms.SamplesForm, *, status: int = 200) -> HttpResponse:
    limit = plans.get(request.user.tier).voices
    return render(
        request,
        "content/voices/new.html",
        {"form": form, "limit": limit, "is_full": not keeping.room(request.user)},
        status=status,
    )


@creator_required
@require_http_methods(READ_AND_SEND)
def voice(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    if request.method != "POST":
        return voice_page(request, row, voice_forms.opened(row))
    form = voice_forms.VoiceForm(request.POST)
    if not form.is_valid():
        return voice_page(request, row, form, status=422)
    try:
        changed = voices.change(row, form.wording(), now=timezone.now())
    except voices.NameTaken:
        form.add_error("name", _("Another voice of yours has this name."))
        return voice_page(request, row, form, status=422)
    if changed.version != row.version:
        messages.success(request, _("Saved as version %(number)s") % {"number": changed.version})
    else:
        messages.success(request, _("Saved"))
    return redirect("content:voice-detail", row.pk)


def voice_page(request: CreatorRequest, row: Voice, form: voice_forms.VoiceForm, *, status: int = 200) -> HttpResponse:
    samples = learning.shown(row)
    return render(
        request,
        "content/voices/voice.html",
        {
            "voice": row,
            "form": form,
            "try_form": voice_forms.TryForm(auto_id="try_%s"),
            "samples": samples,
            "room_for_samples": voices.MOST_PASTED - sum(sample.is_pasted for sample in samples),
            "reading": voice_reading.latest(row),
            "versions": history(row),
        },
        status=status,
    )


@creator_required
@require_POST
def voice_delete(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    voices.delete(row, now=timezone.now())
    undo.offer(
        request, _("“%(name)s” is deleted") % {"name": row.name}, url=reverse("content:voice-restore", args=[row.pk])
    )
    return redirect("content:voice-list")


@creator_required
@require_POST
def voice_restore(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.any_voice(request.user, voice_id)
    try:
        voices.restore(row, now=timezone.now())
    except voices.PlanLimit:
        messages.error(request, _("Your plan has no room for it any more. Delete another voice first."))
        return redirect("content:voice-list")
    except voices.NameTaken:
        messages.error(request, _("Another voice has its name by now. Rename that one first."))
        return redirect("content:voice-list")
    messages.success(request, _("“%(name)s” is back") % {"name": row.name})
    return redirect("content:voice-detail", row.pk)


@creator_required
@require_POST
def voice_default(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    voices.make_default(row, now=timezone.now())
    messages.success(request, _("“%(name)s” is used unless you choose another one") % {"name": row.name})
    return redirect("content:voice-detail", row.pk)


@creator_required
@require_POST
def voice_learning(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    learns = request.POST.get("learns") == "on"
    voices.set_learning(row, learns=learns, now=timezone.now())
    if learns:
        messages.success(request, _("It learns from texts that you schedule, publish or call a good example"))
    else:
        messages.success(request, _("It learns nothing more. What it learned stays until you take it back."))
    return redirect("content:voice-detail", row.pk)


@creator_required
@require_POST
def voice_revert(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    number = request.POST.get("number", "")
    try:
        voices.revert(row, int(number) if number.isascii() and number.isdigit() else 0, now=timezone.now())
    except voices.NameTaken:
        messages.error(request, _("Another voice has the name that it had then. Rename that one first."))
        return redirect("content:voice-detail", row.pk)
    messages.success(request, _("Back to version %(number)s, as a new version") % {"number": number})
    return redirect("content:voice-detail", row.pk)
