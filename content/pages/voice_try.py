"""The try box: the same brief in a voice and without it, side by side. Nothing is kept until one of them is used."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from accounts.read_only import kept_open
from ai_routing.routing import NoDeployment
from billing import budgets, quota
from content import access, figures, voice_forms
from content import generation as generations
from content.brief import WITHOUT, Brief
from content.models import Generation, Length, Voice
from content.pages.composer import showing


@creator_required
@require_POST
def voice_try(request: CreatorRequest, voice_id: UUID) -> HttpResponse:
    voice = access.voice(request.user, voice_id)
    form = voice_forms.TryForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("content:voice-detail", voice.pk)
    brief = Brief(
        prompt=form.cleaned_data["prompt"],
        platform=form.cleaned_data["platform"],
        language=voice.language,
        length=Length.SHORT,
        variants=2,
        voice=voice,
        compares=True,
    )
    try:
        row = generations.request(request.user, brief, now=timezone.now())
    except quota.QuotaExhausted as error:
        messages.error(
            request,
            _("Both versions need %(needed)s credits, and %(left)s are left this month.")
            % {"needed": error.needed, "left": error.left},
        )
        return redirect("content:voice-detail", voice.pk)
    except (quota.PlanRequired, budgets.BudgetExhausted, NoDeployment):
        messages.error(request, _("No model can write right now. Nothing was charged. Try again in a minute."))
        return redirect("content:voice-detail", voice.pk)
    return redirect("content:voice-tried", voice.pk, row.pk)


@creator_required
@require_GET
def voice_tried(request: CreatorRequest, voice_id: UUID, generation_id: UUID) -> HttpResponse:
    voice, row = compared(request, voice_id, generation_id)
    return render(
        request,
        "content/voices/tried.html",
        {
            "voice": voice,
            "generation": row,
            "cards": [(card.variant.index != WITHOUT, card) for card in showing.cards(row, showing.said_at(row))],
            "figures": figures.of_generation(row),
            "try_form": voice_forms.TryForm(initial=again(row), auto_id="try_%s"),
        },
    )


@creator_required
@require_POST
@kept_open
def voice_try_stop(request: CreatorRequest, voice_id: UUID, generation_id: UUID) -> HttpResponse:
    voice, row = compared(request, voice_id, generation_id)
    generations.stop(row, now=timezone.now())
    return redirect("content:voice-tried", voice.pk, row.pk)


def compared(request: CreatorRequest, voice_id: UUID, generation_id: UUID) -> tuple[Voice, Generation]:
    """Return a comparison of one of the user's voices. Raises Http404."""
    voice = access.voice(request.user, voice_id)
    row = access.generation(request.user, generation_id)
    if not row.compares or row.voice_id != voice.pk:
        raise Http404("This is no comparison of that voice")
    return voice, row


def again(row: Generation) -> dict[str, str]:
    return {"prompt": row.prompt, "platform": row.platform}
