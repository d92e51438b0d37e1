"""The page that says what was found in a post before publishing, takes note that it was read, and takes an appeal."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import CreatorRequest, creator_required
from content import access, moderation
from content.forms import Text
from content.models import Content
from content.voices import learning


class AppealForm(forms.Form):
    words = Text(
        label=gettext_lazy("Why should it be published?"),
        max_length=2_000,
        help_text=gettext_lazy("An operator reads this and your text. The answer comes by mail."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@creator_required
@require_GET
def review(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    return page(request, access.content(request.user, content_id), AppealForm())


def page(request: CreatorRequest, content: Content, form: AppealForm, *, status: int = 200) -> HttpResponse:
    verdict = moderation.may_publish(content)
    voice = learning.voice_of(content)
    return render(
        request,
        "content/review.html",
        {
            "content": content,
            "verdict": verdict,
            "form": form,
            "asks_model": moderation.is_trusted(),
            "learner": voice if voice is not None and voice.learns else None,
        },
        status=status,
    )


@creator_required
@require_POST
def review_acknowledge(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    content = access.content(request.user, content_id)
    moderation.acknowledge(content, now=timezone.now())
    messages.success(request, _("Noted: you have read the warnings, and the post may go out"))
    return redirect("content:review", content.pk)


@creator_required
@require_POST
def review_appeal(request: CreatorRequest, content_id: UUID) -> HttpResponse:
    content = access.content(request.user, content_id)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return page(request, content, form, status=422)
    now = timezone.now()
    try:
        moderation.appeal(moderation.judge(content, now=now), form.cleaned_data["words"], now=now)
    except moderation.NotBlocked:
        messages.info(request, _("This text is not blocked any more."))
    except moderation.AlreadyAppealed:
        messages.info(request, _("You have objected to this text already."))
    else:
        messages.success(request, _("Your objection is with the operators. The answer comes by mail and in the app."))
    return redirect("content:review", content.pk)
