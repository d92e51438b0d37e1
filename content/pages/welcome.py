"""The three questions to who is new, and the way to the first post."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import profiles
from accounts.access import CreatorRequest, creator_required
from accounts.models import CreatorProfile, User
from content import onboarding
from content.brief import LANGUAGES
from content.models import Channel


class WelcomeForm(forms.Form):
    """Nothing is required: a question that is skipped is answered by nothing."""

    makes = forms.MultipleChoiceField(
        label=_("What do you make?"),
        choices=onboarding.CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=_("Which languages do you write in?"),
        choices=LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=_("Where do you publish?"), choices=Channel, required=False, widget=forms.CheckboxSelectMultiple
    )

    def answers(self) -> dict[str, list[str]]:
        return {name: list(self.cleaned_data[name]) for name in ("makes", "languages", "channels")}


def asked(user: User, profile: CreatorProfile) -> WelcomeForm:
    """Return the form as it was answered, or with the reader's own language for who has not answered."""
    initial: dict[str, Any] = {
        "makes": profile.makes,
        "languages": profile.languages if profile.onboarded_at else [user.locale],
        "channels": profile.channels,
    }
    return WelcomeForm(initial=initial)


@creator_required
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: CreatorRequest) -> HttpResponse:
    """Ask, store the answers, and lead to the composer, where the first brief waits to be sent or changed."""
    user = request.user
    if request.method != "POST":
        return page(request, asked(user, profiles.read(user)))
    # "Skip" leaves the questions for later, and whatever was chosen before as it was.
    form = WelcomeForm({} if "skip" in request.POST else request.POST)
    if not form.is_valid():
        return page(request, form, status=422)
    profile = profiles.read(user)
    if "skip" in request.POST and profile.onboarded_at:
        return redirect("app-home")
    profiles.welcome(user, **form.answers(), now=timezone.now())
    return redirect(f"{reverse('content:create')}?first=1")


def page(request: CreatorRequest, form: WelcomeForm, *, status: int = 200) -> HttpResponse:
    icons = {kind.slug: kind.icon for kind in onboarding.KINDS}
    return render(request, "content/welcome.html", {"form": form, "icons": icons}, status=status)
