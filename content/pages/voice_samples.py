"""What a voice was learned from: samples to add, take back and put back, and what a model proposes about them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import undo
from accounts.access import CreatorRequest, creator_required
from content import access, voice_forms, voice_reading, voices
from content.pages.voices import REFUSALS
from content.voices import learning


@creator_required
@require_POST
def samples_add(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    form = voice_forms.SamplesForm(request.POST)
    if not form.is_valid():
        for error in form.errors.get("samples", []):
            messages.error(request, str(error))
        return redirect("content:voice-detail", row.pk)
    try:
        learning.paste(row, form.cleaned_data["samples"], now=timezone.now())
    except learning.TooManySamples:
        messages.error(request, _("A voice has five pasted samples at most. Take one back first."))
        return redirect("content:voice-detail", row.pk)
    messages.success(request, _("Added"))
    return redirect("content:voice-detail", row.pk)


@creator_required
@require_POST
def sample_take_back(request: CreatorRequest, sample_id: UUID) -> HttpResponse:
    sample = access.voice_sample(request.user, sample_id)
    voices.take_back(sample, now=timezone.now())
    undo.offer(
        request,
        _("Taken back: no text hears of it any more"),
        url=reverse("content:voice-sample-put-back", args=[sample.pk]),
    )
    return redirect("content:voice-detail", sample.voice_id)


@creator_required
@require_POST
def sample_put_back(request: CreatorRequest, sample_id: UUID) -> HttpResponse:
    sample = access.voice_sample(request.user, sample_id)
    voices.put_back(sample, now=timezone.now())
    messages.success(request, _("It counts again"))
    return redirect("content:voice-detail", sample.voice_id)


@creator_required
@require_POST
def good_example(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    """Let the post's voice learn from it, because its creator says so."""
    content = access.content(request.user, content_id)
    voice = learning.voice_of(content)
    if voice is None:
        messages.info(
            request, _("This post has no voice that could learn from it. Make one, or choose one for the post.")
        )
    elif not voice.learns:
        messages.info(request, _("“%(name)s” does not learn. Turn it on where its samples are.") % {"name": voice.name})
    elif (sample := voices.accepted(content, chosen=True, now=timezone.now())) is not None:
        undo.offer(
            request,
            _("“%(name)s” learned from it") % {"name": voice.name},
            url=reverse("content:voice-sample-take-back", args=[sample.pk]),
        )
    else:
        messages.info(request, _("There is nothing new to learn from it."))
    return redirect("content:post-detail", content.pk)


@creator_required
@require_POST
def reading_ask(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    try:
        voice_reading.request(row, now=timezone.now())
    except REFUSALS:
        messages.error(request, _("No model can read your samples right now. Nothing was charged."))
    return redirect("content:voice-detail", row.pk)


@creator_required
@require_POST
def reading_answer(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    row = access.voice(request.user, voice_id)
    reading = voice_reading.latest(row)
    if reading is not None and reading.ended:
        voice_reading.answer(reading, request.POST.getlist("take"), now=timezone.now())
    return redirect("content:voice-detail", row.pk)
